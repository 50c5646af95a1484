/* All of a model's files, one writer a format; the formats are rows in the generated tables. */
#include "export.h"
#include <stdio.h>
#include <string.h>

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

const char *rt_export_add(struct rt_files *files, const struct rt_export *e, const struct rt_state *s, const char *suffix,
	const void *bytes, size_t size)
{
	char name[RT_PATH / 2], whole[RT_PATH / 2 + 64];

	if (rt_export_name(e->file, s->epochs, name, sizeof name))
		return NULL;
	snprintf(whole, sizeof whole, "%s%s", name, suffix);
	return rt_files_add(files, whole, bytes, size);
}

static int write_each(struct rt_files *files, const struct rt_model *m, const struct rt_state *s)
{
	for (int i = 0; i < m->n_exports; i++)
		if (m->exports[i].write(&m->exports[i], m, s, files))
			return -1;
	return rt_files_check(files);
}

int rt_export_all(const struct rt_model *m, const struct rt_state *s, const char *directory)
{
	struct rt_files files = {.directory = directory};
	int result = write_each(&files, m, s) || rt_files_place(&files) ? -1 : 0;

	if (!result && files.said.bytes)
		fputs(files.said.bytes, stdout);
	rt_files_end(&files);
	return result;
}

int rt_export_try(const struct rt_model *m, const struct rt_state *s, const char *directory)
{
	struct rt_files files = {.directory = directory};
	int result = write_each(&files, m, s);

	rt_files_end(&files);
	return result;
}
