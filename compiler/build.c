/* trainc build's second half: cmake in the emitted directory, quiet unless it fails. The package that it needs lies beside
 * trainc: cmake/trainc in the build tree, ../lib/cmake/trainc when installed. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "build.h"

static const char *package_folder(struct arena *a)
{
	static const char *const places[] = {"%s/cmake/trainc", "%s/../lib/cmake/trainc"};
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n <= 0)
		return NULL;
	exe[n] = 0;
	*strrchr(exe, '/') = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const char *folder = arena_format(a, places[i], exe);
		if (!access(arena_format(a, "%s/traincConfig.cmake", folder), R_OK))
			return folder;
	}
	return NULL;
}

/* Runs a command with its output in the file at log; its exit status. */
static int run(const char *const *argv, const char *log)
{
	pid_t child = fork();
	if (child == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
		if (fd >= 0) {
			dup2(fd, STDOUT_FILENO);
			dup2(fd, STDERR_FILENO);
		}
		execvp(argv[0], (char *const *)argv);
		dprintf(STDERR_FILENO, "%s is not installed\n", argv[0]);
		_exit(127);
	}
	int status = -1;
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool fail(const char *what, const char *log)
{
	FILE *f = fopen(log, "rb");
	char part[4096];
	size_t n;
	while (f && (n = fread(part, 1, sizeof part, f)) > 0)
		fwrite(part, 1, n, stderr);
	if (f)
		fclose(f);
	fprintf(stderr, "trainc: %s failed; what it said stands above and in %s\n", what, log);
	return false;
}

/* ---- folders with names that CMake or make cannot take ---- */

/* CMake's lists, make's rules and linkers' scripts give some characters a meaning that no quoting takes away everywhere. */
static bool has_plain_name(const char *path)
{
	return !path[strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+./ ")];
}

struct places { const char *source, *build, *temporary; };     /* temporary: a folder to be removed, or NULL */

/* Where to build: in the program's own folder, or, where that has no plain name, through a link with one. */
static bool choose_places(struct arena *a, const char *directory, struct places *p)
{
	char *real = realpath(directory, NULL), *folder = arena_format(a, "/tmp/trainc-build-XXXXXX");
	*p = (struct places){directory, arena_format(a, "%s/build", directory), NULL};
	const bool plain = !real || has_plain_name(real);
	bool ok = plain || mkdtemp(folder);
	if (!plain && ok) {
		*p = (struct places){arena_format(a, "%s/program", folder), arena_format(a, "%s/build", folder), folder};
		ok = symlink(real, p->source) == 0;
	}
	if (!ok)
		fprintf(stderr, "trainc: cannot make a folder in /tmp, which building in '%s' takes because of its name\n", directory);
	free(real);
	return ok;
}

static void leave_places(const struct places *p, const char *log)
{
	const char *remove[] = {"cmake", "-E", "rm", "-rf", p->temporary, NULL};
	if (p->temporary)
		run(remove, log);
}

static bool build_at(struct arena *a, const struct places *p, const char *package, bool is_static, const char *log)
{
	const char *configure[] = {"cmake", "-S", p->source, "-B", p->build, arena_format(a, "-Dtrainc_DIR=%s", package),
		is_static ? "-DTRAINC_STATIC=ON" : "-DTRAINC_STATIC=OFF", NULL};
	const char *compile[] = {"cmake", "--build", p->build, "--parallel", NULL};
	if (run(configure, log))
		return fail("cmake", log);
	return run(compile, log) == 0 || fail("the C compiler", log);
}

bool build_program(struct arena *a, const char *directory, bool is_static)
{
	const char *package = package_folder(a), *log = arena_format(a, "%s/build.log", directory);
	struct places places;
	if (!package) {
		fprintf(stderr, "trainc: the runtime's CMake package is not beside trainc (cmake/trainc or ../lib/cmake/trainc)\n");
		return false;
	}
	unlink(log);
	if (!choose_places(a, directory, &places))
		return false;
	const bool built = build_at(a, &places, package, is_static, log);
	leave_places(&places, log);
	return built;
}
