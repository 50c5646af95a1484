/* Whole files: reading one, replacing one so that a failure leaves the old one, making directories. */
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
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

int rt_replace_begin(const char *path, char *partial, size_t size)
{
	if (snprintf(partial, size, "%s.partial", path) >= (int)size)
		return rt_fail(RT_USER_ERROR, "the path %s is too long", rt_show(path, RT_PATH).text);
	return 0;
}

static int flush_to_disk(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -1;
	int result = fsync(file);
	int error = errno;
	close(file);
	errno = error;
	return result && error != EINVAL ? -1 : 0;   /* EINVAL: a file system without fsync */
}

int rt_replace_end(const char *path, const char *partial, bool ok)
{
	if (!ok) {
		unlink(partial);
		return -1;
	}
	if (flush_to_disk(partial) == 0 && rename(partial, path) == 0)
		return 0;
	fail_file("write", path);
	unlink(partial);
	return -1;
}

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
