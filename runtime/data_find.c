/* Finds a channel's file: in the channel's folder, or below it where exactly one has its name, as a manifest or a prefix above
 * the files leaves them there. Links to folders are followed; hidden folders are left out. */
#define _DEFAULT_SOURCE
#include "internal.h"
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MOST = 32, SHOWN_MOST = 8 };

/* Names for a message, as many as are shown. */
struct names { int n; struct rt_text text; };

struct search {
	const char *folder;
	const char *names[2];               /* as the spec has it, and its twin with or without .gz */
	char path[RT_PATH];                 /* the first match */
	struct stat found[SHOWN_MOST];      /* of the first matches */
	struct names matches, others;
};

static void note(struct names *names, const char *name, const char *error)
{
	if (names->n++ < SHOWN_MOST)
		rt_text_printf(&names->text, "%s%s%s%s%s", names->n > 1 ? ", " : "", name, error ? " (" : "", error ? error : "",
			error ? ")" : "");
	else if (names->n == SHOWN_MOST + 1)
		rt_text_printf(&names->text, ", …");
}

/* Whether one of both names is a file in the folder; its path and status. */
static bool is_in(const struct search *s, const char *folder, char path[RT_PATH], struct stat *status)
{
	for (int i = 0; i < 2; i++)
		if (snprintf(path, RT_PATH, "%s/%s", folder, s->names[i]) < RT_PATH && !stat(path, status) && !S_ISDIR(status->st_mode))
			return true;
	return false;
}

static const char *below(const struct search *s, const char *path)
{
	return path + strlen(s->folder) + 1;
}

static bool is_found(const struct search *s, const struct stat *status)
{
	for (int i = 0; i < s->matches.n && i < SHOWN_MOST; i++)
		if (status->st_dev == s->found[i].st_dev && status->st_ino == s->found[i].st_ino)
			return true;
	return false;
}

/* A file that links lead to twice is one file. */
static void look_in(struct search *s, const char *folder)
{
	char path[RT_PATH];
	struct stat status;
	if (!is_in(s, folder, path, &status) || is_found(s, &status))
		return;
	if (!s->matches.n)
		memcpy(s->path, path, sizeof path);
	if (s->matches.n < SHOWN_MOST)
		s->found[s->matches.n] = status;
	note(&s->matches, below(s, path), NULL);
}

static void visit(struct search *s, FTS *tree, FTSENT *e)
{
	const bool hidden = e->fts_level > 0 && e->fts_name[0] == '.';
	if (e->fts_info == FTS_D && (hidden || e->fts_level > DEPTH_MOST))
		fts_set(tree, e, FTS_SKIP);
	else if (e->fts_info == FTS_D)
		look_in(s, e->fts_path);
	else if (e->fts_level > 0 && (e->fts_info == FTS_F || e->fts_info == FTS_DEFAULT) && !hidden)
		note(&s->others, below(s, e->fts_path), NULL);
	else if (e->fts_level > 0 && (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS))
		note(&s->others, below(s, e->fts_path), strerror(e->fts_errno));
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int search_below(struct search *s)
{
	char folder[RT_PATH];
	snprintf(folder, sizeof folder, "%s", s->folder);
	FTS *tree = fts_open((char *const[]){folder, NULL}, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	if (!tree)
		return rt_fail(RT_SYSTEM_ERROR, "cannot search %s: %s", s->folder, strerror(errno));
	for (FTSENT *e; (e = fts_read(tree));)
		visit(s, tree, e);
	fts_close(tree);
	return 0;
}

/* ---- what is said where there is not exactly one ---- */

/* The job's other channels, beside the folder. */
static void note_channels(struct names *names, const char *folder)
{
	char data[RT_PATH];
	snprintf(data, sizeof data, "%.*s", (int)(strrchr(folder, '/') - folder), folder);
	FTS *tree = fts_open((char *const[]){data, NULL}, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	FTSENT *e = tree && fts_read(tree) ? fts_children(tree, 0) : NULL;
	for (; e; e = e->fts_link)
		if (e->fts_info == FTS_D && e->fts_name[0] != '.')
			note(names, e->fts_name, NULL);
	if (tree)
		fts_close(tree);
}

static int fail_channel(const struct search *s, const char *label)
{
	struct names channels = {0};
	note_channels(&channels, s->folder);
	rt_fail(RT_DATA_ERROR, "%s: %s/%s is not there, since the channel's folder is not there; the job's channels are: %s; "
		"where one of them is meant, the spec can say so with channel: NAME beside images and labels", label, s->folder, s->names[0],
		channels.n ? channels.text.bytes : "none");
	free(channels.text.bytes);
	return -1;
}

static int fail_search(const struct search *s, const char *label)
{
	if (s->matches.n)
		return rt_fail(RT_DATA_ERROR, "%s: %s/%s is not there, and below that folder %d files are called so: %s; the spec can name "
			"one of them with its folders", label, s->folder, s->names[0], s->matches.n, s->matches.text.bytes);
	return rt_fail(RT_DATA_ERROR, "%s: %s/%s is not there, gzipped or plain: the folder %s%s", label, s->folder, s->names[0],
		s->others.n ? "holds " : "is empty", s->others.n ? s->others.text.bytes : "");
}

/* ---- the whole ---- */

static int find(struct search *s, const char *label, struct rt_text *lines)
{
	struct stat status;
	if (is_in(s, s->folder, s->path, &status))
		return 0;
	if (access(s->folder, F_OK))
		return fail_channel(s, label);
	if (search_below(s))
		return -1;
	if (s->matches.n != 1)
		return fail_search(s, label);
	rt_text_printf(lines, "In %s, %s is not in the folder itself but below it, as %s\n", label, s->names[0], s->matches.text.bytes);
	return 0;
}

int rt_data_find(char path[RT_PATH], const char *folder, const char *name, const char *label, struct rt_text *lines)
{
	char twin[RT_NAME * 8];
	const size_t n = strlen(name);
	const bool zipped = n > 3 && !strcmp(name + n - 3, ".gz");
	struct search s = {.folder = folder, .names = {name, twin}};
	snprintf(twin, sizeof twin, zipped ? "%.*s" : "%.*s.gz", (int)(zipped ? n - 3 : n), name);
	int result = find(&s, label, lines);
	if (!result)
		memcpy(path, s.path, sizeof s.path);
	free(s.matches.text.bytes);
	free(s.others.text.bytes);
	return result;
}
