/* All of a model's files, one writer a format; the formats are rows in the generated tables. */
#include "export.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int rt_export_name(const char *pattern, long epochs, char *name, size_t size)
{
	static const char word[] = "{epochs}";
	const char *rest = pattern, *found;
	size_t used = 0;

	while ((found = strstr(rest, word)) && used < size) {
		used += (size_t)snprintf(name + used, size - used, "%.*s%ld", (int)(found - rest), rest, epochs);
		rest = found + sizeof word - 1;
	}
	if (used < size)
		used += (size_t)snprintf(name + used, size - used, "%s", rest);
	if (used >= size)
		return rt_fail(RT_USER_ERROR, "the export's name %s is too long: at most %zu bytes", rt_show(pattern, SIZE_MAX).text, size - 1);
	return 0;
}

int rt_export_path(char path[RT_PATH], const struct rt_export *e, const struct rt_state *s, const char *directory,
	const char *suffix)
{
	char name[RT_PATH / 2], whole[RT_PATH / 2 + 64];

	if (rt_export_name(e->file, s->epochs, name, sizeof name))
		return -1;
	snprintf(whole, sizeof whole, "%s%s", name, suffix);
	return rt_path(path, directory, whole);
}

static int write_all(int file, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(file, bytes, size < 1 << 30 ? size : 1 << 30);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

int rt_export_write(const char *path, const void *bytes, size_t size)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), result;

	result = file < 0 ? -1 : write_all(file, bytes, size);
	if (result)
		rt_fail(RT_SYSTEM_ERROR, "cannot write %s: %s", path, strerror(errno));
	if (file >= 0 && close(file) && !result)
		return rt_fail(RT_SYSTEM_ERROR, "cannot write %s: %s", path, strerror(errno));
	return result;
}

int rt_export_all(const struct rt_model *m, const struct rt_state *s, const char *directory)
{
	for (int i = 0; i < m->n_exports; i++)
		if (m->exports[i].write(&m->exports[i], m, s, directory))
			return -1;
	return 0;
}
