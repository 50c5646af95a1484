/* What the runtime's own files share; generated code sees rt.h only. One section a file, in the order a job runs. */
#ifndef TRAINC_RUNTIME_INTERNAL_H
#define TRAINC_RUNTIME_INTERNAL_H
#include "hyperparameters.h"
#include "network.h"
#include "rt.h"
#include "shown.h"
#include "shuffle.h"
#include <stdatomic.h>
#include <stdio.h>

/* ---- status.c: failures ---- */

/* Whose fault it is; also the first word of the one-line reason. */
enum rt_fault { RT_USER_ERROR, RT_DATA_ERROR, RT_SYSTEM_ERROR, RT_INTERNAL_ERROR };

/* Remembers the first failure of the process ("FAULT: text", at most 1,024 bytes of UTF-8, one line) and returns -1, so that a
 * function can end with return rt_fail(…). Thread-safe. What a text echoes goes through rt_show (shown.h). */
int rt_fail(enum rt_fault fault, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Failures of this thread give way to those of threads with a lower rank (0 at first), whoever was first: two channels
 * read at once always report the same one. */
void rt_fail_rank(int rank);
/* Failures of this thread go into text, with room for RT_REASON bytes, and not to the process; NULL: to the process again. */
enum { RT_REASON = 1025 };
void rt_fail_into(char *text);
/* Failures of this thread begin with the number of a line of the input; 0: they do not. */
void rt_fail_line(long line);
/* A reason that another process gave, with more behind it; -1. */
int rt_fail_as(const char *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Tells the reason on stderr and in PREFIX/output/failure, which is left out where there is no such prefix, or NULL. */
void rt_failure_report(const char *prefix);

/* ---- pyrepr.c: values as Python prints them ---- */

struct cJSON;
/* Grows; starts as zeros; bytes is NULL or ends in NUL. cut: there was not enough memory for all of it. */
struct rt_text { char *bytes; size_t size, room; bool cut; };

void rt_text_add(struct rt_text *t, const char *bytes, size_t size);
void rt_text_printf(struct rt_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds repr(value). */
void rt_repr(struct rt_text *t, const struct cJSON *value);

/* ---- listen.c ---- */

/* A socket that does not block, at which port others can connect; -1 with errno. */
int rt_listen(int port);

/* ---- files.c: whole files ---- */

/* Reads a whole file into *data (malloc, one NUL behind; the caller frees) and its size. -1 after rt_fail. */
int rt_read_file(const char *path, char **data, size_t *size);
/* Makes the file at path of these bytes, in place of what lies there: a file, link or FIFO, or an empty folder. False with
 * errno set. */
bool rt_file_replace(const char *path, const void *bytes, size_t size);

enum { RT_FILES = 16 };

/* Files that take their places together or not at all. Zeros but for the directory; the caller calls rt_files_end, which removes
 * those that have not taken theirs. There is one set at a time. */
struct rt_file {
	char *path, *partial;
	enum { RT_FILE_SWAPPED, RT_FILE_MADE, RT_FILE_REPLACED } how;
};
struct rt_files { const char *directory; struct rt_file file[RT_FILES]; int n; struct rt_text said; };

/* Writes the file directory/name as another one beside it. The path that it will have, or NULL after rt_fail. */
const char *rt_files_add(struct rt_files *set, const char *name, const void *bytes, size_t size);
/* Whether each can take its place, as far as can be known; -1 after rt_fail. */
int rt_files_check(const struct rt_files *set);
/* Flushes them to the disk and gives each its place; -1 after rt_fail, then all that lay there lies there again. */
int rt_files_place(struct rt_files *set);
void rt_files_end(struct rt_files *set);
/* For a signal's handler that ends the process: removes what is half-written. False where files are taking their places, which
 * takes a moment only and is not to be cut short. */
bool rt_files_abandon(void);
/* Makes the directory and its parents. */
int rt_make_directory(const char *path);
/* directory/name into path, which has room for RT_PATH bytes. */
int rt_path(char *path, const char *directory, const char *name);

/* ---- options.c: the command line ---- */

enum { RT_PATH = 4096, RT_NAME = 64 };

enum rt_program { RT_PROGRAM_TRAIN, RT_PROGRAM_SERVE };

enum rt_action { RT_RUN, RT_DESCRIBE, RT_VERSION, RT_HELP };

struct rt_setting { const char *name, *value; };    /* name is not terminated by NUL but by '=' */

struct rt_options {
	enum rt_program program;
	enum rt_action action;
	const char *prefix;                 /* /opt/ml unless told */
	const char *isa;                    /* or NULL */
	const char *timings;                /* or NULL */
	int threads;                        /* 0: not told */
	int port;                           /* 0: not told */
	int timeout;                        /* seconds; 0: not told */
	bool has_seed; uint64_t seed;
	struct rt_setting *settings; int n_settings;    /* malloc */
};

/* Reads argv, which must outlive o. On failure o->prefix is set all the same. */
int rt_options_read(struct rt_options *o, enum rt_program program, int argc, char **argv);
void rt_options_free(struct rt_options *o);
/* Does what another action than RT_RUN asks for: prints. */
int rt_options_print(const struct rt_options *o, const struct rt_model *m);
/* A whole number up to most; what ("--threads") is for the message. */
int rt_whole_number(const char *what, const char *value, uint64_t most, uint64_t *number);

/* ---- describe.c: the model as a table ---- */

void rt_describe(const struct rt_model *m);

/* ---- config.c: SageMaker's folder ---- */

/* The processes of a job: see ranks.c. */
struct rt_ranks_shared {
	atomic_int writing, failed;         /* a rank writes the reason; which it was, from 1 */
	char reason[RT_REASON];
	atomic_int has_id;                  /* the first rank has written id */
	char id[128];                       /* by which the ranks find each other */
	atomic_long stop;                   /* at which look at the devices all stop; 0: they go on */
};

struct rt_ranks { int rank, count; struct rt_ranks_shared *shared; };

enum { RT_ADDRESS = 64 };

/* The machines of a job: see hosts.c. */
struct rt_meeting;

struct rt_hosts {
	int rank, count;                    /* this one's index in names; 1: a job on one machine */
	char **names;                       /* in the order in which resourceconfig.json has them */
	int port, timeout;                  /* where the first waits for the others; seconds that any may be silent */
	const struct rt_network *network;   /* NULL: the program was built for one host */
	uint64_t job;                       /* digest of what the program was made of */
	struct rt_meeting *meeting;
	void *link;                         /* what network's open made */
	char (*addresses)[RT_ADDRESS];      /* numeric, [rank] */
	bool stop;                          /* one of them got a signal: all stop here */
	bool failed;                        /* one was lost */
};

struct rt_config {
	const struct rt_model *model;
	struct rt_ranks ranks;              /* {0, 1} for a job in one process */
	struct rt_hosts hosts;
	char prefix[RT_PATH];               /* /opt/ml unless told */
	int threads;                        /* of the team, >= 1 */
	const char *isa;                    /* --isa NAME, or NULL */
	const char *timings;                /* --timings FILE, or NULL */
	double *numbers;                    /* hyperparameters by index; strings 0 */
	char **texts;                       /* as given, for the "Hyper parameters:" line */
	long epochs, batch_size, gpus; uint64_t seed;
	const char *channels[RT_ROLES];     /* where a role's files lie in this job; NULL: the spec leaves the role out */
	/* "Hyper parameters: {…}" and "Input parameters: {…}" as printed, Python's repr of the dictionaries */
	char *hyper_line, *input_line;
	char *channel_lines;                /* one for each channel that is there and not used, or the other way round; or NULL */
};

/* Reads the three files below PREFIX/input/config, each of which may be absent; network is what the program has for several
 * hosts, or NULL. On failure too the caller calls rt_config_free, and the lines that could be made are there to be printed. */
int rt_config_read(struct rt_config *c, const struct rt_model *m, const struct rt_network *network, const struct rt_options *o);
void rt_config_free(struct rt_config *c);

/* ---- cpus.c: how many threads are worth while ---- */

/* CPUs that this process may use: affinity and cgroup quota. */
int rt_cpus(void);
/* CPUs that the control groups mounted at root grant to the groups listed in a file like /proc/self/cgroup; 0: no quota. */
int rt_cgroup_cpus(const char *root, const char *groups);

/* ---- code.c: instruction sets; team.c has a header of its own ---- */

/* The fastest code that this CPU runs, or the one called isa; NULL after rt_fail. */
const struct rt_code *rt_code_choose(const struct rt_model *m, const char *isa);

/* ---- data.c and others of its name: a channel as arrays ---- */

struct rt_data {
	long samples; size_t element_count;  /* numbers a sample */
	uint8_t *bytes; float *floats;       /* one of them; file order, unscaled */
	float *labels;                       /* without the model's first_label */
	void *storage;                       /* what bytes lies in */
	struct rt_text lines;                /* what the log is to say of how the files were read */
};

/* Reads and checks a role's data whole: both IDX files below PREFIX/input/data/CHANNEL. On 0 the caller calls rt_data_free. */
int rt_data_read(struct rt_data *d, const struct rt_config *c, enum rt_role role);
void rt_data_free(struct rt_data *d);

/* The file called name, or its twin with or without .gz, in the folder or once below it, which lines then says. label
 * ("channel 'training'") is for messages. -1 after rt_fail. */
int rt_data_find(char path[RT_PATH], const char *folder, const char *name, const char *label, struct rt_text *lines);

enum { RT_IDX_RANK = 255 };

/* One IDX file: rank sizes, and payload elements behind the header, big-endian as they are in the file. */
struct rt_idx {
	int type, rank; size_t sizes[RT_IDX_RANK];
	size_t elements, width;              /* numbers; bytes of one */
	const uint8_t *payload; size_t offset;      /* offset of the payload in the (unzipped) file */
	void *storage;                       /* malloc: holds the payload */
};

/* Numbers in a sample of the model's input. */
size_t rt_element_count(const struct rt_model *m);

/* Whether a sample of these sizes is one of the model's input; sizes of 1 say nothing. */
bool rt_shape_fits(const struct rt_model *m, int rank, const size_t *sizes);

/* The model's input as messages show it: 1x28x28. */
void rt_input_shape(const struct rt_model *m, char *text, size_t size);

/* The model with its input as the data's files hold it: rows and columns swapped where the model says transpose. */
struct rt_model rt_model_of_files(const struct rt_model *m);
/* Swaps rows and columns of samples as the data's files hold them, of width bytes a number. -1 after rt_fail. */
int rt_transpose(const struct rt_model *m, void *values, size_t samples, size_t width);

/* Reads the file, gzipped or plain, and checks that it is whole. label ("channel 'training'") is for messages. */
int rt_idx_read(struct rt_idx *x, const char *path, const char *label);
/* The same of a plain file in memory, which must outlive x; name is for messages. */
int rt_idx_view(struct rt_idx *x, const char *bytes, size_t size, const char *name, const char *label);
/* The element's value, exact for all types but the largest int32. */
double rt_idx_value(const struct rt_idx *x, size_t element);
/* "28x28" */
void rt_idx_shape(const struct rt_idx *x, int first, char *text, size_t size);

/* Unzips up to room bytes; *got of them. *more is set where the data goes on. 0, or -1 with *why and *at (the byte in the
 * zipped file) set. */
int rt_gunzip(const uint8_t *in, size_t size, uint8_t *out, size_t room, size_t *got, bool *more, const char **why, size_t *at);

/* ---- checkpoint.c: weights in ---- */

/* Sets s from the .hd5 in the model channel (or a model.tar.gz that holds one); 0 also when there is no such channel
 * (file is empty, else it is the path of what was read). s->states may be NULL: then the optimizer's state is left alone. */
int rt_weights_read(struct rt_state *s, const struct rt_model *m, const char *path, char file[RT_PATH]);

/* ---- random.c: initial weights and the shuffle ---- */

/* 0, or -1 after rt_fail. */
int rt_initialize(const struct rt_model *m, uint64_t seed, real *weights);
/* The order of an epoch's samples depends on seed and epoch alone; index has room for all of them. */
struct rt_shuffle rt_shuffle_of(uint32_t samples, uint64_t seed, uint64_t epoch);
void rt_shuffle(uint32_t *index, const struct rt_shuffle *s);

/* ---- memory.c: buffers ---- */

/* count reals, zeroed, 64-byte aligned, on huge pages if there are any; NULL after rt_fail. what is for the message. */
real *rt_reals(size_t count, const char *what);
/* bytes for free(), as they come, on huge pages if there are any; NULL where there are not so many. */
void *rt_bytes(size_t bytes);

/* ---- signals.c: stopping early ---- */

/* SIGTERM, SIGINT and SIGHUP ask for a stop from here on; a second one ends the process at once. */
void rt_signals_start(void);
/* "SIGTERM" once one was received, else NULL. */
const char *rt_stop_signal(void);
/* Whether that was SIGHUP: the models are saved, and the job has failed all the same. */
bool rt_hung_up(void);

/* ---- progress.c: Keras's progress bar ---- */

enum { RT_PROGRESS_VALUES = 64 };

struct rt_progress {
	long target;                        /* samples an epoch */
	bool terminal;                      /* redraw in place, else a line now and then */
	double start, last;                 /* seconds */
	int width;                          /* of what was drawn last */
	int n_values;
	char names[RT_PROGRESS_VALUES][RT_NAME];
	double values[RT_PROGRESS_VALUES];  /* means so far */
};

void rt_progress_begin(struct rt_progress *p, long target);
/* Draws after current samples, if it is time to; the last call of an epoch has current == target and always draws. */
void rt_progress_update(struct rt_progress *p, long current);
/* Ends a bar that will not be finished. */
void rt_progress_abandon(struct rt_progress *p);

/* ---- timings.c: when the parts of an epoch were over ---- */

enum rt_moment { RT_BEGAN, RT_STEPPED, RT_TRAINED, RT_VALIDATED, RT_MOMENTS };

struct rt_timings { FILE *file; double at[RT_MOMENTS]; };

/* A NULL path: nothing will be written. */
int rt_timings_open(struct rt_timings *t, const char *path);
void rt_timings_close(struct rt_timings *t);
/* It is this moment now. */
void rt_timings_mark(struct rt_timings *t, enum rt_moment moment);
/* Writes the moments, and p's values, of an epoch that is over. */
int rt_timings_write(struct rt_timings *t, long epoch, const struct rt_progress *p);

/* ---- metrics.c: Keras's running means ---- */

enum { RT_MEANS = RT_PROGRESS_VALUES / 2 };

struct rt_means { int n; long samples; double sums[RT_MEANS]; };   /* [0] is the loss */

void rt_means_begin(struct rt_means *m, int metrics);
/* Adds the batch in w. */
void rt_means_add(struct rt_means *m, const struct rt_work *w);
/* Adds what another has. */
void rt_means_merge(struct rt_means *m, const struct rt_means *other);
double rt_mean(const struct rt_means *m, int i);

/* ---- diverged.c: why a loss is not a number ---- */

/* Fails with the first layer whose output is not finite. Runs code->gradients again for the batch in w. */
int rt_diverged(const struct rt_model *m, const struct rt_code *code, struct rt_work *w, long epoch, long step);
/* Fails where a weight is not finite. */
int rt_weights_check(const struct rt_model *m, const struct rt_work *w, long epoch, long step);

/* ---- ranks.c: a job in several processes ---- */

/* Runs run in count processes, each with its own c->ranks; 0 when all return 0, else -1 with the first failure's reason. */
int rt_ranks_run(struct rt_config *c, int count, int (*run)(struct rt_config *c));

/* ---- loop.c: training ---- */

struct rt_job;

/* A device with memory of its own, which runs whole epochs there. Each returns 0, or -1 after rt_fail; the caller calls
 * close on failure too. */
struct rt_device {
	/* Makes w->device for batches of up to batch samples, with the weights and states of w. */
	int (*open)(const struct rt_model *m, const struct rt_code *code, struct rt_work *w, long batch);
	void (*close)(struct rt_work *w);
	/* Steps over the job's training data; sets j->step, and j->stopped on a signal. */
	int (*epoch)(struct rt_job *j, struct rt_progress *p);
	/* Sets j->validation_means. */
	int (*validate)(struct rt_job *j);
	/* Copies weights, states and iterations back to j->state. */
	int (*fetch)(struct rt_job *j);
};

enum { RT_SLOTS = 16 };                 /* the most that rt_slot_count gives */
enum { RT_TAIL = RT_MEANS + 2 };        /* reals behind the trainable gradients, for what hosts add up with them */

struct rt_job {
	const struct rt_config *config;
	const struct rt_model *model;
	struct rt_hosts *hosts;             /* NULL: a job on one machine */
	const struct rt_code *code;
	const struct rt_data *training;
	const struct rt_data *validation;   /* NULL: there is none */
	struct rt_state state;
	struct rt_work work;
	uint32_t *index;                    /* the epoch's order, or NULL */
	struct rt_means validation_means;   /* of the last epoch */
	struct rt_timings timings;          /* of the epoch it is in */
	bool stopped;                       /* by a signal, here or on another host */
	long batch;                         /* samples of the largest batch */
	long epoch, step;                   /* where it is, from 1 */
};

/* Memory and initial weights for training on data of these sizes. The caller calls rt_job_free on failure too. */
int rt_job_begin(struct rt_job *j, struct rt_config *c, const struct rt_code *code, const struct rt_data *training,
                 const struct rt_data *validation);
/* Frees what only steps need, so that exporting takes no more memory than training. */
void rt_job_end_steps(struct rt_job *j);
void rt_job_free(struct rt_job *j);
/* All epochs. 0 when done or stopped. */
int rt_train(struct rt_job *j);
/* Puts a batch of at most batch_size samples from first on, of that many in all, into w. */
void rt_take_batch(struct rt_work *w, long first, long samples, long batch_size);
/* What the log says of means: p's values from number first on. */
void rt_progress_means(struct rt_progress *p, const struct rt_means *means, int first);

/* ---- hosts.c: a job on several machines; all of them call the same functions in the same order ---- */

/* Finds the others and connects with them, waiting at most h->timeout seconds; -1 after rt_fail. From here on the loss of one
 * ends this process, if nothing else does, with its reason in prefix/output/failure. The caller calls rt_hosts_leave on
 * failure too. */
int rt_hosts_join(struct rt_hosts *h, const struct rt_model *m, const char *prefix);
/* well: this host has done its part. */
void rt_hosts_leave(struct rt_hosts *h, bool well);
/* Before the first step, with the result of all that came before it: -1 after rt_fail if it failed on any host, or if they do
 * not begin alike. Chooses the code that all of them run; from here on only the first host writes on stdout. */
int rt_hosts_agree(struct rt_hosts *h, struct rt_job *j, int result);
/* Makes the batch in w, first .. first + total, this host's part of it. */
void rt_hosts_take_part(const struct rt_hosts *h, struct rt_work *w);
/* What generated code calls within a step: sums become those over all hosts. rt_hosts_add_step tells failures. */
void rt_hosts_share(struct rt_work *w, real *sums, size_t count);
/* w->gradients and the batch's means become those over all hosts; sets h->stop. -1 after rt_fail. */
int rt_hosts_add_step(struct rt_hosts *h, const struct rt_model *m, struct rt_work *w, struct rt_means *batch);
/* Means of a whole validation become those over all hosts; sets h->stop. -1 after rt_fail, also where weights differ. */
int rt_hosts_add_means(struct rt_hosts *h, const struct rt_job *j, struct rt_means *means);

/* ---- export.c: all of a model's files ---- */

/* Writes every export of m into directory, all or none, and prints the contract's lines. */
int rt_export_all(const struct rt_model *m, const struct rt_state *s, const char *directory);
/* Writes them, and removes them again: what keeps them from being written shows before hours of training. */
int rt_export_try(const struct rt_model *m, const struct rt_state *s, const char *directory);
/* pattern with {epochs} replaced, into name. */
int rt_export_name(const char *pattern, long epochs, char *name, size_t size);

#endif
