/* Renders the files of a program in memory and puts them in place: into a new directory that is renamed when whole, or,
 * where one stands already, as hidden files that are renamed once all are written. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "emit.h"

enum { FILES = 16 };                    /* the most of a program */

struct file { const char *name, *text; size_t size; };
struct files { struct file file[FILES]; int n; };

static void render_list(struct arena *a, const struct program *p, const struct program_file *list, const struct object *root,
	struct files *files)
{
	for (const struct program_file *f = list; f->name; f++) {
		struct file *to = &files->file[files->n++];
		to->name = f->name;
		to->text = f->template ? template_render(a, p->templates, f->template, root) : p->spec->text;
		to->size = f->template ? strlen(to->text) : p->spec->size;
	}
}

static struct files render(struct arena *a, const struct program *p)
{
	struct files files = {0};
	render_list(a, p, p->target->files, p->view->root, &files);
	if (p->view->amx)
		render_list(a, p, p->target->amx_files, p->view->amx, &files);
	return files;
}

static bool trouble(const char *verb, const char *path)
{
	fprintf(stderr, "trainc: cannot %s %s: %s\n", verb, path, strerror(errno));
	return false;
}

/* Makes the file anew: a link or FIFO that lies there is not opened. */
static bool write_file(const char *path, const char *text, size_t size)
{
	unlink(path);
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
	if (!f)
		return trouble("write", path);
	bool ok = fwrite(text, 1, size, f) == size;
	ok = fclose(f) == 0 && ok;
	return ok || trouble("write", path);
}

static void discard(struct arena *a, const struct files *f, const char *directory, const char *format, int n)
{
	for (int i = 0; i < n; i++)
		unlink(arena_format(a, format, directory, f->file[i].name));
}

/* A folder has the name of one of the files. */
static bool has_folders(struct arena *a, const struct files *f, const char *directory)
{
	struct stat s;
	for (int i = 0; i < f->n; i++) {
		const char *path = arena_format(a, "%s/%s", directory, f->file[i].name);
		if (lstat(path, &s) || !S_ISDIR(s.st_mode))
			continue;
		errno = EISDIR;
		return !trouble("write", path);
	}
	return false;
}

/* Writes all files under hidden names, then renames them. */
static bool replace_files(struct arena *a, const struct files *f, const char *directory)
{
	if (has_folders(a, f, directory))
		return false;
	for (int i = 0; i < f->n; i++) {
		if (!write_file(arena_format(a, "%s/.%s.partial", directory, f->file[i].name), f->file[i].text, f->file[i].size)) {
			discard(a, f, directory, "%s/.%s.partial", i + 1);
			return false;
		}
	}
	for (int i = 0; i < f->n; i++) {
		const char *to = arena_format(a, "%s/%s", directory, f->file[i].name);
		if (rename(arena_format(a, "%s/.%s.partial", directory, f->file[i].name), to)) {
			trouble("write", to);
			discard(a, f, directory, "%s/.%s.partial", f->n);
			return false;
		}
	}
	return true;
}

/* DIR.partial, or DIR.partial2 and so on where that is there: what an interrupted run left, or something of the user's. */
static const char *make_partial(struct arena *a, const char *directory)
{
	enum { TRIES = 10000 };
	const char *partial = arena_format(a, "%s.partial", directory);
	for (int i = 2; mkdir(partial, 0777); i++) {
		if (errno != EEXIST || i > TRIES)
			return trouble("make", partial), NULL;
		partial = arena_format(a, "%s.partial%d", directory, i);
	}
	return partial;
}

static bool make_directory(struct arena *a, const struct files *f, const char *directory)
{
	const char *partial = make_partial(a, directory);
	if (!partial)
		return false;
	bool ok = true;
	for (int i = 0; i < f->n && ok; i++)
		ok = write_file(arena_format(a, "%s/%s", partial, f->file[i].name), f->file[i].text, f->file[i].size);
	if (ok && rename(partial, directory))
		ok = trouble("make", directory);
	if (!ok) {
		discard(a, f, partial, "%s/%s", f->n);
		rmdir(partial);
	}
	return ok;
}

static const char *without_slash(struct arena *a, const char *directory)
{
	size_t n = strlen(directory);
	while (n > 1 && directory[n - 1] == '/')
		n--;
	return arena_copy(a, directory, n);
}

bool emit_program(struct arena *a, const struct program *p, const char *directory)
{
	struct files f = render(a, p);
	struct stat s;
	directory = without_slash(a, directory);
	if (stat(directory, &s))
		return errno == ENOENT ? make_directory(a, &f, directory) : trouble("write", directory);
	if (!S_ISDIR(s.st_mode)) {
		errno = ENOTDIR;
		return trouble("write", directory);
	}
	return replace_files(a, &f, directory);
}

/* ---- comparing ---- */

static bool same(const char *path, const char *text, size_t size)
{
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n, at = 0;
	bool equal = f != NULL;
	while (equal && (n = fread(part, 1, sizeof part, f)) > 0) {
		equal = at + n <= size && !memcmp(part, text + at, n);
		at += n;
	}
	if (f)
		fclose(f);
	return equal && at == size;
}

/* Prints what diff says of the file at path and the text that should be there. */
static bool print_diff(struct arena *a, const char *path, const char *text, size_t size)
{
	const char *folder = getenv("TMPDIR");
	char *wanted = arena_format(a, "%s/trainc-XXXXXX", folder ? folder : "/tmp");
	int fd = mkstemp(wanted);
	if (fd < 0)
		return trouble("make", wanted);
	close(fd);
	bool ok = write_file(wanted, text, size);
	fflush(stdout);
	pid_t child = ok ? fork() : -1;
	if (child == 0) {
		execlp("diff", "diff", "-u", "--label", path, "--label", "as trainc would write it", access(path, F_OK) ? "/dev/null"
			: path, wanted, (char *)NULL);
		_exit(127);
	}
	ok = child > 0 && waitpid(child, NULL, 0) == child;
	unlink(wanted);
	return ok;
}

int emit_compare(struct arena *a, const struct program *p, const char *directory)
{
	struct files f = render(a, p);
	int different = 0;
	for (int i = 0; i < f.n; i++) {
		const char *path = arena_format(a, "%s/%s", without_slash(a, directory), f.file[i].name);
		if (same(path, f.file[i].text, f.file[i].size))
			continue;
		different++;
		if (!print_diff(a, path, f.file[i].text, f.file[i].size))
			return -1;
	}
	return different;
}
