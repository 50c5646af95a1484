/* What the runtime's own files share; generated code sees rt.h only. One section a file, in the order a job runs. */
#ifndef TRAINC_RUNTIME_INTERNAL_H
#define TRAINC_RUNTIME_INTERNAL_H
#include "rt.h"

/* ---- status.c: failures ---- */

/* Whose fault it is; also the first word of the one-line reason. */
enum rt_fault { RT_USER_ERROR, RT_DATA_ERROR, RT_SYSTEM_ERROR, RT_INTERNAL_ERROR };

/* Remembers the first failure of the process ("FAULT: text", at most 1,024 bytes, one line) and returns -1, so that a
 * function can end with return rt_fail(…). Thread-safe. */
int rt_fail(enum rt_fault fault, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The reason remembered, or NULL. */
const char *rt_failure(void);

/* ---- files.c: whole files ---- */

/* Reads a whole file into *data (malloc, one NUL behind; the caller frees) and its size. -1 after rt_fail. */
int rt_read_file(const char *path, char **data, size_t *size);
/* A file that is not there until it is whole: write to the path that rt_replace_begin gives (PATH.partial), then
 * rt_replace_end(ok) renames it, flushed to disk, or removes it. -1 after rt_fail. */
int rt_replace_begin(const char *path, char *partial, size_t size);
int rt_replace_end(const char *path, const char *partial, bool ok);
/* Makes the directory and its parents. */
int rt_make_directory(const char *path);

/* ---- config.c: the command line and SageMaker's folder ---- */

enum { RT_PATH = 4096, RT_NAME = 64 };

struct rt_config {
	const struct rt_model *model;
	char prefix[RT_PATH];               /* /opt/ml unless told */
	int threads;                        /* of the team, >= 1 */
	const char *isa;                    /* --isa NAME, or NULL */
	double *numbers;                    /* hyperparameters by index; strings 0 */
	char **texts;                       /* as given, for the "Hyper parameters:" line */
	long epochs, batch_size, gpus; uint64_t seed;
	/* "Hyper parameters: {…}" and "Input parameters: {…}" as printed, Python's repr of the dictionaries */
	char *hyper_line, *input_line;
};

/* ---- data.c, data_idx.c: a channel as arrays ---- */

struct rt_data {
	long samples; size_t element_count;  /* numbers a sample */
	uint8_t *bytes; float *floats;       /* one of them; file order, unscaled */
	float *labels;
};

/* Reads and checks one channel whole: both IDX files below PREFIX/input/data/NAME. On 0 the caller calls rt_data_free. */
int rt_data_read(struct rt_data *d, const struct rt_config *c, const struct rt_channel *channel);
void rt_data_free(struct rt_data *d);

/* ---- checkpoint.c: weights in ---- */

/* Sets s from the .hd5 in the model channel (or a model.tar.gz that holds one); 0 also when there is no such channel
 * (*found false). */
int rt_weights_read(struct rt_state *s, const struct rt_model *m, const char *path, bool *found);

/* ---- random.c: initial weights and the shuffle ---- */

void rt_initialize(const struct rt_model *m, uint64_t seed, real *weights);
/* A permutation of 0 .. n-1 that depends on seed and epoch alone. */
void rt_shuffle(uint32_t *index, uint32_t n, uint64_t seed, uint64_t epoch);

/* ---- export.c: all of a model's files ---- */

/* Writes every export of m into directory and prints the contract's lines. */
int rt_export_all(const struct rt_model *m, const struct rt_state *s, const char *directory);
/* pattern with {epochs} replaced, into name. */
int rt_export_name(const char *pattern, long epochs, char *name, size_t size);

#endif
