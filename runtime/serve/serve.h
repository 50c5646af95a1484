/* What serve's files share, in the order that a request goes through them. Failures of a request go into its own text
 * (rt_fail_into), never into the process's. */
#ifndef TRAINC_SERVE_H
#define TRAINC_SERVE_H
#include "internal.h"
#include "json.h"

/* ---- read.c and others of its name: a request's body as samples ---- */

/* values is [n][element_count], as the data set's files hold them: before data.scale. malloc. lines: the body, where each line
 * that is not blank holds a sample; else NULL. */
struct rt_samples { long n; float *values; const char *lines; };

/* A row a media type. read sets *s from the body; RT_BODY_BEHIND bytes behind its size are there, too, the first of
 * them a NUL; -1 after rt_fail. */
enum { RT_BODY_BEHIND = RT_JSON_BEHIND };
struct rt_reader {
	const char *type;
	int (*read)(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size);
};
extern const struct rt_reader rt_readers[];         /* ends with a NULL type */

/* The reader for a Content-Type, parameters and all; NULL if none is. */
const struct rt_reader *rt_reader_find(const char *content_type);

/* Samples in an array of these sizes: one, or as many as its first size says; -1 after rt_fail if it holds none of the
 * model's. */
long rt_sample_count(const struct rt_model *m, int rank, const size_t *sizes);
/* Memory for n samples, zeros; -1 after rt_fail. */
int rt_samples_new(struct rt_samples *s, const struct rt_model *m, long n);
/* Memory for as many numbers as size bytes of text can hold; -1 after rt_fail. */
int rt_numbers_new(struct rt_samples *s, size_t size);
/* Numbers that came as text or floats: either whole bytes as the data set has them, or the model's input (scaled already),
 * which is turned back. -1 after rt_fail for what is neither. */
int rt_samples_unscale(struct rt_samples *s, const struct rt_model *m);

int rt_read_json_lines(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size);
int rt_read_json(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size);
int rt_read_csv(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size);
int rt_read_npy(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size);
int rt_read_idx(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size);
int rt_read_png(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size);

/* ---- number.c ---- */

/* A decimal number from text on, rounded as strtof does. Behind it; NULL if there is none. */
const char *rt_read_number(const char *text, float *value);

enum { RT_NUMBER = 24 };
/* A finite number in so many digits that strtof gives it back; how many letters. No NUL is written. */
size_t rt_write_number(char text[RT_NUMBER], float number);

/* ---- answer.c: predictions as a body ---- */

/* A row a media type: what stands around and between samples and their numbers. */
struct rt_writer {
	const char *type;
	const char *begin, *sample, *number, *sample_end, *between, *end;
	const char *sample_class;           /* behind a sample's numbers: which of several is the largest, as printf has it, or NULL */
	const char *classes;                /* behind all samples: begins a list of these, or NULL */
	bool npy;                           /* numbers are floats in bytes, and a header comes first */
};
extern const struct rt_writer rt_writers[];         /* the default first; ends with a NULL type */

/* An answer on its way: as many bytes at a time as are asked for, from as many samples as are there. */
struct rt_answer {
	const struct rt_writer *writer;
	long n; int outputs;                /* of the whole answer */
	int first_label;                    /* the class of the first output */
	const float *predictions;           /* of samples first to behind - 1, the part at hand */
	long first, behind;
	int *classes;                       /* [n] where the writer lists them and there are several outputs, else NULL; malloc */
	enum { RT_ANSWER_BEGINS, RT_ANSWER_SAMPLES, RT_ANSWER_CLASSES, RT_ANSWER_IS_WHOLE } state;
	long at; int output, largest;       /* the next sample or class, and of a sample the next number */
};

enum { RT_ANSWER_ROOM = 192 };          /* bytes that are enough room to go on */
/* Begins an answer of n samples; -1 after rt_fail. */
int rt_answer_begin(struct rt_answer *a, const struct rt_writer *writer, const struct rt_model *m, long n);
/* Goes on with predictions of the next n samples, which must stay until they are written. */
void rt_answer_part(struct rt_answer *a, const float *predictions, long n);
/* Whether all of the part is written, and it was not the last. */
bool rt_answer_waits(const struct rt_answer *a);
/* Writes the next bytes, up to room, and returns how many; 0 when it waits or is whole. */
size_t rt_answer_write(struct rt_answer *a, char *to, size_t room);
/* Bytes of the whole answer, where that is known before; else SIZE_MAX. */
size_t rt_answer_size(const struct rt_answer *a);

/* The types of all rows of rt_readers or rt_writers, which both begin with the type; for messages. */
struct rt_types { char text[256]; };
struct rt_types rt_types(const void *rows, size_t row_size);

/* The writer that an Accept header (NULL: none) likes best; NULL if none will do. */
const struct rt_writer *rt_writer_find(const char *accept);

/* ---- batch.c: many requests at once through the model ---- */

struct rt_batch_job {
	const float *values; long n;        /* samples */
	float *predictions;                 /* [n][outputs], room made by the caller */
	void (*done)(struct rt_batch_job *finished);    /* called by the worker with all jobs, a list, that a batch finished */
	struct rt_batch_job *next;
	long begun, finished;               /* the worker's */
};

struct rt_batcher;

/* Starts the worker on weights (model->weights reals), which must outlive it; it makes a team of so many threads. NULL
 * after rt_fail. */
struct rt_batcher *rt_batcher_start(const struct rt_model *m, const struct rt_code *code, real *weights, int threads);
void rt_batcher_submit(struct rt_batcher *b, struct rt_batch_job *j);
/* Ends the worker once its queue is empty, and frees it. */
void rt_batcher_stop(struct rt_batcher *b);

/* ---- http.c, loop.c: the server ---- */

struct rt_server_settings {
	int port, loops;                    /* threads that read requests */
	int concurrent;                     /* requests that batch transform is to send at once */
	int timeout;                        /* seconds that a request may take to arrive, half as long without a byte */
	size_t most_bytes;
	const char *accept;
};

struct rt_server;

/* Listens and answers from here on, in threads of its own. NULL after rt_fail. */
struct rt_server *rt_server_start(const struct rt_model *m, struct rt_batcher *b, const struct rt_server_settings *s);
/* Takes no new connection and waits for what has begun, seconds at most. false: some of it goes on; then only the end of the
 * program can follow. */
bool rt_server_drain(struct rt_server *s, int seconds);
/* When the batcher has been stopped, which may still be handing back what the last requests were answered with. */
void rt_server_close(struct rt_server *s);

#endif
