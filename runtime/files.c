/* Whole files: reading one, replacing several so that a failure leaves the old ones, making directories. A file is written as
 * PATH.partial, made anew whatever lies there, and takes its place when all are whole and on the disk. */
#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_file(const char *what, const char *path)
{
	return rt_fail(RT_SYSTEM_ERROR, "cannot %s %s: %s", what, path, strerror(errno));
}

int rt_path(char *path, const char *directory, const char *name)
{
	if (snprintf(path, RT_PATH, "%s/%s", directory, name) >= RT_PATH)
		return rt_fail(RT_USER_ERROR, "the path %s/%s is longer than %d bytes", rt_show(directory, RT_PATH).text, name, RT_PATH);
	return 0;
}

/* Reads to the end, since the size of a FIFO or of a file in /proc is not known before. */
static int read_all(FILE *f, const char *path, char **data, size_t *size)
{
	size_t room = 1 << 16, used = 0;
	char *bytes = malloc(room + 1);
	while (bytes) {
		size_t got = fread(bytes + used, 1, room - used, f);
		used += got;
		if (used < room)
			break;
		room *= 2;
		char *larger = realloc(bytes, room + 1);
		if (!larger)
			free(bytes);
		bytes = larger;
	}
	if (!bytes)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory to read %s", path);
	if (ferror(f)) {
		free(bytes);
		return fail_file("read", path);
	}
	bytes[used] = '\0';
	*data = bytes;
	*size = used;
	return 0;
}

int rt_read_file(const char *path, char **data, size_t *size)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return fail_file("open", path);
	int result = read_all(f, path, data, size);
	fclose(f);
	return result;
}

/* ---- writing ---- */

/* Removes what lies at path; a folder only if it is empty. */
static bool clear_way(const char *path)
{
	return !unlink(path) || errno == ENOENT || (errno == EISDIR && !rmdir(path));
}

static bool write_all(int file, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(file, bytes, size < 1 << 30 ? size : 1 << 30);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return true;
}

/* Makes the file anew: no link is followed, and a FIFO or a device that lies there is not opened. */
static bool create(const char *path, const void *bytes, size_t size)
{
	int file = clear_way(path) ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666) : -1;
	if (file < 0)
		return false;
	bool whole = write_all(file, bytes, size);
	int error = errno;
	if (close(file) && whole) {
		whole = false;
		error = errno;
	}
	if (!whole)
		unlink(path);
	errno = error;
	return whole;
}

/* Whether there is room for the longer path. */
static bool partial_path(const char *path, char partial[RT_PATH])
{
	errno = ENAMETOOLONG;
	return snprintf(partial, RT_PATH, "%s.partial", path) < RT_PATH;
}

bool rt_file_replace(const char *path, const void *bytes, size_t size)
{
	char partial[RT_PATH];
	if (!partial_path(path, partial) || !create(partial, bytes, size))
		return false;
	if (rename(partial, path) == 0 || (errno == EISDIR && !rmdir(path) && rename(partial, path) == 0))
		return true;
	int error = errno;
	unlink(partial);
	errno = error;
	return false;
}

/* ---- files that replace others together ---- */

/* What a signal's handler has to remove: the files that are written now. */
static char *volatile unfinished[RT_FILES];
static volatile sig_atomic_t placing;

bool rt_files_abandon(void)
{
	for (int i = 0; !placing && i < RT_FILES; i++)
		if (unfinished[i])
			unlink(unfinished[i]);
	return !placing;
}

static int fail_write(const char *path, size_t size)
{
	return rt_fail(RT_SYSTEM_ERROR, "cannot write %s (%zu bytes): %s", path, size, strerror(errno));
}

static bool clashes(const struct rt_file *f, const char *path, const char *partial)
{
	return !strcmp(f->path, path) || !strcmp(f->path, partial) || !strcmp(f->partial, path);
}

static void parent_of(const char *path, char folder[RT_PATH])
{
	memcpy(folder, path, strlen(path) + 1);
	*strrchr(folder, '/') = '\0';
}

/* Room for another file in the set, with its names; NULL after rt_fail. */
static struct rt_file *next_file(struct rt_files *set, const char *path)
{
	char partial[RT_PATH];
	if (!partial_path(path, partial)) {
		fail_file("write", path);
		return NULL;
	}
	for (int i = 0; i < set->n; i++)
		if (clashes(&set->file[i], path, partial)) {
			rt_fail(RT_USER_ERROR, "two exports write %s; give them different names below 'export' in the spec", path);
			return NULL;
		}
	struct rt_file *f = set->n < RT_FILES ? &set->file[set->n] : NULL;
	if (f)
		*f = (struct rt_file){.path = strdup(path), .partial = strdup(partial)};
	if (f && f->path && f->partial) {
		unfinished[set->n++] = f->partial;
		return f;
	}
	rt_fail(RT_SYSTEM_ERROR, "not enough memory to write %s", path);
	return NULL;
}

const char *rt_files_add(struct rt_files *set, const char *name, const void *bytes, size_t size)
{
	char path[RT_PATH], folder[RT_PATH];
	if (rt_path(path, set->directory, name))
		return NULL;
	parent_of(path, folder);
	if (rt_make_directory(folder))
		return NULL;
	struct rt_file *f = next_file(set, path);
	if (!f || create(f->partial, bytes, size))
		return f ? f->path : NULL;
	fail_write(path, size);
	return NULL;
}

int rt_files_check(const struct rt_files *set)
{
	struct stat status;
	for (int i = 0; i < set->n; i++)
		if (!lstat(set->file[i].path, &status) && S_ISDIR(status.st_mode))
			return rt_fail(RT_USER_ERROR, "%s is a folder, and the model's file is to have this name; remove it, or name the "
				"export otherwise", set->file[i].path);
	return 0;
}

static bool flush_to_disk(const char *path)
{
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0)
		return false;
	bool flushed = fsync(file) == 0 || errno == EINVAL;     /* EINVAL: a file system without fsync */
	int error = errno;
	close(file);
	errno = error;
	return flushed;
}

/* A folder that cannot be read can have files all the same. */
static void flush_folder(const char *path)
{
	char folder[RT_PATH];
	parent_of(path, folder);
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0)
		return;
	fsync(file);
	close(file);
}

/* The file that was there takes the name PATH.partial, so that it can come back; some file systems cannot do that. */
static bool place(struct rt_file *f)
{
	f->how = RT_FILE_SWAPPED;
	if (renameat2(AT_FDCWD, f->partial, AT_FDCWD, f->path, RENAME_EXCHANGE) == 0)
		return true;
	if (errno != ENOENT && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return false;
	f->how = errno == ENOENT ? RT_FILE_MADE : RT_FILE_REPLACED;
	return rename(f->partial, f->path) == 0;
}

static void take_back(const struct rt_file *f)
{
	if (f->how == RT_FILE_SWAPPED)
		renameat2(AT_FDCWD, f->partial, AT_FDCWD, f->path, RENAME_EXCHANGE);
	else if (f->how == RT_FILE_MADE)
		unlink(f->path);
}

/* How many took their places: all, or the failed one's index. */
static int place_each(struct rt_files *set)
{
	for (int i = 0; i < set->n; i++)
		if (!place(&set->file[i]))
			return i;
	return set->n;
}

int rt_files_place(struct rt_files *set)
{
	if (rt_files_check(set))
		return -1;
	for (int i = 0; i < set->n; i++)
		if (!flush_to_disk(set->file[i].partial))
			return fail_file("write", set->file[i].path);
	placing = 1;
	int placed = place_each(set);
	if (placed < set->n) {
		fail_file("write", set->file[placed].path);
		while (placed--)
			take_back(&set->file[placed]);
		placing = 0;
		return -1;
	}
	for (int i = 0; i < set->n; i++) {
		unlink(set->file[i].partial);
		flush_folder(set->file[i].path);
	}
	placing = 0;
	return 0;
}

void rt_files_end(struct rt_files *set)
{
	for (int i = 0; i < set->n; i++) {
		unlink(set->file[i].partial);
		unfinished[i] = NULL;
		free(set->file[i].path);
		free(set->file[i].partial);
	}
	free(set->said.bytes);
	set->n = 0;
}

/* ---- folders ---- */

int rt_make_directory(const char *path)
{
	char part[RT_PATH];
	size_t size = strlen(path);
	if (size >= sizeof part)
		return rt_fail(RT_USER_ERROR, "the path %s is too long", rt_show(path, RT_PATH).text);
	memcpy(part, path, size + 1);
	for (char *slash = part + 1; *slash; slash++)
		if (*slash == '/') {
			*slash = '\0';
			mkdir(part, 0777);      /* what is wrong with a parent shows below */
			*slash = '/';
		}
	struct stat status;
	if (mkdir(part, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return fail_file("make the folder", path);
	if (stat(part, &status) || !S_ISDIR(status.st_mode))
		return rt_fail(RT_SYSTEM_ERROR, "%s is not a folder; remove it, or take another folder with --prefix", path);
	return 0;
}
