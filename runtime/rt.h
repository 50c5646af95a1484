/* The runtime's one public header: what a generated program hands over, and what it gets.
 *
 * The runtime knows no network; generated code opens no file. They meet in one const struct rt_model, which names the
 * parameters, hyperparameters, files and exports, and points at the generated step, compiled once per instruction set.
 */
#ifndef TRAINC_RT_H
#define TRAINC_RT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef RT_REAL
#define RT_REAL float           /* gradient checks compile generated code with double */
#endif
typedef RT_REAL real;

/* ---- hyperparameters ---- */

enum rt_kind { RT_INT, RT_FLOAT, RT_BOOL, RT_STRING };

struct rt_hyperparameter {
	const char *name;
	enum rt_kind kind;
	const char *fallback;               /* the default, as text */
	bool has_min, has_max;
	double min, max;
	const char *const *aliases;         /* NULL-terminated, or NULL */
};

/* A number known only at start: the value of a hyperparameter, or a constant when hyperparameter is -1. */
struct rt_scalar { double value; int hyperparameter; };

/* ---- the network, for reports, initial weights and files ---- */

struct rt_layer {
	const char *name, *type;            /* "conv2d_1", "Conv2D" */
	const char *shape;                  /* "(None, 32, 26, 26)" */
	const char *where;                  /* "mnist_cnn.yaml:27" */
	const char *inputs;                 /* "conv2d_1, conv2d_2" when it does not take the one above, else "" */
};

enum rt_initializer_kind {
	RT_ZEROS, RT_ONES, RT_CONSTANT, RT_RANDOM_NORMAL, RT_RANDOM_UNIFORM, RT_TRUNCATED_NORMAL, RT_VARIANCE_SCALING,
	RT_ORTHOGONAL, RT_IDENTITY
};
enum rt_fan { RT_FAN_IN, RT_FAN_OUT, RT_FAN_AVG };

struct rt_initializer {
	enum rt_initializer_kind kind;
	double a, b;        /* value; mean, stddev; minval, maxval; scale; gain */
	enum rt_fan mode;   /* variance scaling */
	bool normal;        /* variance scaling: truncated normal, else uniform */
};

/* One weight array in Keras's order and axes (HWIO; dense rows in HWC order), at weights + offset. */
struct rt_parameter {
	int layer;                          /* index into layers */
	const char *name;                   /* "kernel" */
	int rank; long dims[4];
	size_t offset, count;               /* in reals; trainable ones lie first, each padded to 16 */
	bool trainable;
	struct rt_initializer initializer;
	double fan_in, fan_out;
};

struct rt_optimizer {
	const char *name;                   /* Keras's class: "SGD" */
	int states;                         /* flat buffers of model->trainable reals each */
	int empty_states;                   /* saved after them as one zero a parameter (Adam's vhats) */
	struct rt_scalar lr, decay;         /* learning rate = lr / (1 + decay * iterations) */
};

struct rt_metric { const char *name; };  /* as in the log: "acc" */

/* ---- exports: one row and one writer each ---- */

struct rt_model;
struct rt_state;

/* One array of a file whose format has its own axes. */
struct rt_array {
	const char *name;                   /* "arg:conv2d_1/kernel1" */
	int parameter;                      /* index into parameters; -1: filled with fill */
	int rank; int axes[4];              /* axis of the parameter that stands here: {3, 2, 0, 1} makes OIHW of HWIO */
	long dims[4];                       /* of the array in the file */
	float fill;
};

struct rt_files;

struct rt_export {
	/* Adds the files of one format, and what is to be said of them, to those that take their places together; 0, or -1 after
	 * rt_fail. */
	int (*write)(const struct rt_export *e, const struct rt_model *m, const struct rt_state *s, struct rt_files *files);
	const char *format;                 /* "keras" */
	const char *file;                   /* a name, or a prefix, with {epochs} in it */
	const char *text;                   /* keras: model_config; mxnet: the symbol's JSON. "$name" as a whole string value
	                                       stands for a hyperparameter's number and is replaced at export */
	const char *training;               /* keras: training_config, likewise; else NULL */
	bool include_optimizer;             /* keras */
	const struct rt_array *arrays; int n_arrays;   /* mxnet */
	const char *input_name;             /* mxnet: "/conv2d_1_input1" */
};

int rt_export_keras(const struct rt_export *, const struct rt_model *, const struct rt_state *, struct rt_files *);
int rt_export_mxnet(const struct rt_export *, const struct rt_model *, const struct rt_state *, struct rt_files *);

/* ---- the generated step ---- */

struct rt_work;

struct rt_device;
struct rt_ranks;
struct rt_hosts;

/* One compilation of step.c for an instruction set, or for a device with memory of its own. Each function is called by one
 * thread and runs on the team that this thread started. */
struct rt_code {
	const char *isa;                            /* "avx2", "cuda" */
	size_t sample, slot, thread, fixed;         /* reals of memory a sample of the batch, a slot, a thread, once */
	void (*gradients)(struct rt_work *w);       /* forward, loss, backward: w->gradients, w->loss, w->metrics */
	void (*update)(struct rt_work *w);          /* the optimizer's step over all trainable weights */
	void (*prepare)(struct rt_work *w);         /* once before evaluations: packs and folds the weights */
	void (*evaluate)(struct rt_work *w);        /* forward without dropout: w->loss, w->metrics, w->predictions */
	const struct rt_device *device;             /* NULL: the processor */
	const void *program;                        /* what the device's own code knows of the generated program */
};

/* What samples are for. */
enum rt_role { RT_TRAINING, RT_VALIDATION, RT_ROLES };
/* A role's files and the channel of the job that holds them; a NULL name: the spec leaves the role out. */
struct rt_channel { const char *name, *images, *labels; };

struct rt_loss {
	const char *name;
	double least, most;                         /* of a label where classes is 1 */
	bool one_number;                            /* a label is never a number per output */
};

struct rt_model {
	const char *name, *file;                    /* "mnist-cnn", "mnist_cnn.yaml" */
	const char *spec;                           /* the spec's text */
	const char *compiler;                       /* trainc's version */
	const char *bfloat16;                       /* "dense_1, dense_2": layers with operands in bfloat16, or NULL … */
	const char *bfloat16_amx;                   /* … and those on processors with AMX, or NULL */
	bool channels_first;
	int input_rank; int input[3];               /* as the user wrote it, in image_data_format order */
	int classes;                                /* how many there are; 1: a label is the value itself */
	int first_label;                            /* what the files call class 0; the next class is the next number */
	int label_column;                           /* which of several numbers per sample is the label; -1: not said */
	bool transpose;                             /* the files hold images with rows and columns swapped */
	int outputs;                                /* numbers in a prediction */
	double scale;                               /* of the data; generated code applies it */
	struct rt_channel channels[RT_ROLES];
	struct rt_loss loss;
	const struct rt_hyperparameter *hyperparameters; int n_hyperparameters;
	const struct rt_layer *layers; int n_layers;        /* layers[0] is the input */
	const struct rt_parameter *parameters; int n_parameters;
	size_t weights, trainable;                  /* reals in the flat buffer, in its trainable first part */
	const struct rt_metric *metrics; int n_metrics;
	struct rt_optimizer optimizer;
	struct rt_scalar epochs, batch_size, gpus, seed;
	bool on_gpus;                               /* gpus may be more than 0 */
	bool shuffle;
	const struct rt_export *exports; int n_exports;
	const struct rt_code *const *codes;         /* fastest first, NULL-terminated; the last runs everywhere */
};

/* What training changes. Buffers are 64-byte aligned. */
struct rt_state {
	real *weights;                              /* model->weights reals */
	real *states;                               /* optimizer.states x model->trainable reals */
	int64_t iterations;                         /* updates made */
	const double *hyperparameters;              /* numbers by index (strings: 0) */
	long epochs;                                /* asked for: {epochs} in file names */
	long batch_size;
};

/* What one call of the generated step works on. */
struct rt_work {
	/* The batch: sample i is element index[first + i] of the data set; a NULL index is the identity. */
	int n;                                      /* samples here */
	int total;                                  /* samples in the whole (global) batch: gradients are divided by it */
	int batch_offset;                           /* index of sample 0 here in the global batch, for random numbers */
	long first;
	const uint32_t *index;
	const uint8_t *bytes;                       /* the data set's elements, [sample][element] in the file's order … */
	const float *floats;                        /* … as bytes or, when bytes is NULL, as floats */
	const float *labels;                        /* [sample]: the class's number from 0, or the value when classes is 1 */
	/* Numbers */
	uint64_t seed, step;                        /* of the random numbers; step counts updates of this job */
	int64_t iterations;                         /* the optimizer's updates before this one */
	double learning_rate;                       /* decayed */
	const double *hyperparameters;
	/* Memory, each 64-byte aligned; see struct rt_model for the sizes */
	real *weights, *gradients, *states;
	real *samples, *slots, *threads, *fixed;
	int thread_count;                           /* of the team */
	/* Results a sample */
	real *loss;                                 /* [n] */
	real *metrics;                              /* [metric][n] */
	float *predictions;                         /* [n][outputs] or NULL */
	/* Set to learn where a number stopped being finite: called with each layer's output, by any thread */
	void (*trace)(struct rt_work *w, int layer, const real *values, size_t count);
	void *trace_data;
	void *device;                               /* what rt_device's open made */
	const struct rt_ranks *ranks;               /* the processes that share each batch; NULL: this one has all of it */
	/* On several hosts: sums over the samples here become sums over the whole batch; NULL: they are that already */
	void (*share)(struct rt_work *w, real *sums, size_t count);
	struct rt_hosts *hosts;
};

/* ---- sums with the same bits for any number of threads ---- */

/* A batch is cut into slots; each is summed by one thread in order, and slots are merged in order. */
static inline int rt_slot_count(int n) { int slots = (n + 7) / 8; return slots < 1 ? 1 : slots > 16 ? 16 : slots; }
static inline int rt_slot_begin(int n, int slot) { return (int)((long)n * slot / rt_slot_count(n)); }

/* ---- the program ---- */

/* Joins the hosts of a job; NULL in a program for one. Gloo's is in library trainc::gloo. */
struct rt_network;
extern const struct rt_network rt_gloo;
/* The whole of a generated train: returns the exit code. */
int rt_main(const struct rt_model *m, const struct rt_network *network, int argc, char **argv);
/* The same of a generated serve (library trainc::serving). */
int rt_serve_main(const struct rt_model *m, int argc, char **argv);

#endif
