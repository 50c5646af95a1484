/* Weights in: finds the one file of the model channel, which SageMaker calls incremental training. */
#include "checkpoint.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool ends_with(const char *name, const char *end)
{
	size_t size = strlen(name), end_size = strlen(end);

	return size > end_size && !strcasecmp(name + size - end_size, end);
}

bool rt_is_weights_name(const char *name)
{
	return name[0] != '.' && (ends_with(name, ".hd5") || ends_with(name, ".hdf5") || ends_with(name, ".h5"));
}

bool rt_is_archive_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return name[0] != '.' && ends_with(name, ".tar.gz");
}

/* The name of the one file in the folder that can hold weights. */
static int find_file(DIR *folder, const char *path, char name[RT_PATH])
{
	const struct dirent *entry;

	name[0] = '\0';
	while ((entry = readdir(folder))) {
		if (!rt_is_weights_name(entry->d_name) && !rt_is_archive_name(entry->d_name))
			continue;
		if (name[0])
			return rt_fail(RT_DATA_ERROR, "the folder %s holds both %s and %s; leave the one to start from", path,
				strcmp(name, entry->d_name) < 0 ? name : entry->d_name,
				strcmp(name, entry->d_name) < 0 ? entry->d_name : name);
		snprintf(name, RT_PATH, "%s", entry->d_name);
	}
	if (!name[0])
		return rt_fail(RT_DATA_ERROR, "the folder %s holds no .hd5, .hdf5 or .h5 file and no model.tar.gz", path);
	return 0;
}

int rt_weights_read(struct rt_state *s, const struct rt_model *m, const char *path, char file[RT_PATH])
{
	char name[RT_PATH];
	DIR *folder = opendir(path);
	int result;

	file[0] = '\0';
	if (!folder && errno == ENOENT)
		return 0;
	if (!folder)
		return rt_fail(RT_SYSTEM_ERROR, "cannot open %s: %s", path, strerror(errno));
	result = find_file(folder, path, name);
	closedir(folder);
	return result || rt_path(file, path, name) || rt_read_apart(s, m, file) ? -1 : 0;
}
