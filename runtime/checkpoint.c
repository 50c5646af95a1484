/* Weights in: finds the one file of the model channel, which SageMaker calls incremental training. */
#include "checkpoint.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS_MOST = 600 };            /* to read a file */

static bool ends_with(const char *name, const char *end)
{
	size_t size = strlen(name), end_size = strlen(end);

	return size > end_size && !strcasecmp(name + size - end_size, end);
}

bool rt_is_weights_name(const char *name)
{
	return name[0] != '.' && (ends_with(name, ".hd5") || ends_with(name, ".hdf5") || ends_with(name, ".h5"));
}

static bool is_archive_name(const char *name)
{
	return name[0] != '.' && ends_with(name, ".tar.gz");
}

/* The name of the one file in the folder that can hold weights. */
static int find_file(DIR *folder, const char *path, char name[RT_PATH])
{
	const struct dirent *entry;

	name[0] = '\0';
	while ((entry = readdir(folder))) {
		if (!rt_is_weights_name(entry->d_name) && !is_archive_name(entry->d_name))
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

/* Bytes that a file of this model's weights can take: all as doubles, and room for names and configurations. */
static size_t most_bytes(const struct rt_model *m)
{
	size_t states = (size_t)(m->optimizer.states + m->optimizer.empty_states);

	return sizeof(double) * (m->weights + states * m->trainable) + ((size_t)64 << 20);
}

/* HDF5 itself can crash or go round in circles in a damaged file. A process of its own reads it first: whatever happens
 * there, this one can tell. */
static int survives_reading(struct rt_state *s, const struct rt_model *m, const char *path, const char *bytes, size_t size)
{
	pid_t child = fork(), ended;
	int status = 0;

	if (child == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		alarm(SECONDS_MOST);
		_exit(rt_keras_read(s, m, path, bytes, size) ? 1 : 0);
	}
	if (child < 0)
		return rt_fail(RT_SYSTEM_ERROR, "cannot start a process to read %s: %s", path, strerror(errno));
	do
		ended = waitpid(child, &status, 0);
	while (ended < 0 && errno == EINTR);
	return ended == child && WIFSIGNALED(status) ? rt_fail(RT_DATA_ERROR, "%s is damaged: HDF5 cannot read it", path) : 0;
}

static int read_file(struct rt_state *s, const struct rt_model *m, const char *path)
{
	char *bytes = NULL;
	size_t size = 0;
	int result = is_archive_name(strrchr(path, '/') + 1) ? rt_archive_read(path, most_bytes(m), &bytes, &size) :
		rt_read_file(path, &bytes, &size);

	if (!result)
		result = survives_reading(s, m, path, bytes, size);
	if (!result)
		result = rt_keras_read(s, m, path, bytes, size);
	free(bytes);
	return result;
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
	return result || rt_path(file, path, name) || read_file(s, m, file) ? -1 : 0;
}
