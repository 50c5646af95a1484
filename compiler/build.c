/* trainc build's second half: cmake in the emitted directory, quiet unless it fails. The package that it needs lies beside
 * trainc: cmake/trainc in the build tree, ../lib/cmake/trainc when installed. */
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

bool build_program(struct arena *a, const char *directory, bool is_static)
{
	const char *package = package_folder(a);
	const char *build = arena_format(a, "%s/build", directory), *log = arena_format(a, "%s/build.log", directory);
	if (!package) {
		fprintf(stderr, "trainc: the runtime's CMake package is not beside trainc (cmake/trainc or ../lib/cmake/trainc)\n");
		return false;
	}
	const char *configure[] = {"cmake", "-S", directory, "-B", build, arena_format(a, "-Dtrainc_DIR=%s", package),
		is_static ? "-DTRAINC_STATIC=ON" : "-DTRAINC_STATIC=OFF", NULL};
	const char *compile[] = {"cmake", "--build", build, "--parallel", NULL};
	unlink(log);
	if (run(configure, log))
		return fail("cmake", log);
	if (run(compile, log))
		return fail("the C compiler", log);
	return true;
}
