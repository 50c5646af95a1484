/* What every kernel of a CUDA program is given: where things lie in the GPU's memory, and which batch it is. C and CUDA.
 *
 * A tensor of `size` reals a sample, at offset o of the plan, is the array [capacity][size] that starts at
 * samples + o * capacity: whole batches lie in one piece, channels innermost.
 */
#ifndef TRAINC_CUDA_WORK_H
#define TRAINC_CUDA_WORK_H
#include <stdint.h>
#include <trainc/shuffle.h>

#ifndef RT_REAL
#define RT_REAL float           /* tests compile kernels with double */
#endif
typedef RT_REAL real;

enum {
	RT_CUDA_THREADS = 256,      /* of every block */
	RT_CUDA_SLOTS = 64,         /* the most that a batch is cut into for sums over it */
	RT_CUDA_PARTS = 4,          /* of a slot, each summed by one block where a slot has too much for one */
	RT_CUDA_TILE = 64,          /* rows and columns of a matrix product that one block makes */
	RT_CUDA_CHANNELS = 32,      /* channels of a sum over samples that one block makes */
	RT_CUDA_MEANS = 32          /* the most of 1 + metrics */
};

/* Blocks of a matrix product, and of sums a channel. */
#define TILES(rows, columns) ((((rows) + RT_CUDA_TILE - 1) / RT_CUDA_TILE) * (((columns) + RT_CUDA_TILE - 1) / RT_CUDA_TILE))
#define CHANNEL_GROUPS(channels) (((channels) + RT_CUDA_CHANNELS - 1) / RT_CUDA_CHANNELS)

/* What changes from step to step. It lies in the GPU's memory, so that one graph can be launched again and again; the
 * kernel rt_cuda_advance moves it on. */
struct rt_cuda_step {
	uint64_t step;                      /* updates of this job, for random numbers */
	int64_t iterations;                 /* the optimizer's updates before this one */
	double lr, decay;                   /* the learning rate is lr / (1 + decay * iterations) */
	long long first;                    /* where the batch starts in the epoch */
	double sums[RT_CUDA_MEANS];         /* the epoch's so far: of losses, then of each metric */
	long long samples;                  /* that these are of */
	long long steps;                    /* of this epoch, done */
	long long diverged;                 /* the first step of this epoch, from 1, whose loss was not finite, or 0 */
};

struct rt_cuda_work {
	int n;                              /* samples of the batch on this GPU */
	int total;                          /* of the global batch: gradients are divided by it */
	int batch_offset;                   /* of sample 0 here in the global batch, for random numbers */
	int capacity;                       /* samples that there is memory for */
	int slot_first, slots;              /* of the global batch's slots, those whose samples are here */
	int strict;                         /* operands are not rounded to TF32 */
	uint64_t seed;
	const uint32_t *index;              /* the epoch's order of the data set's samples, or NULL: as they are */
	const uint8_t *bytes;               /* the data set, [sample][element] in the file's order … */
	const float *floats;                /* … as bytes or, when bytes is NULL, as floats */
	const float *labels;                /* [sample] */
	const double *hyperparameters;
	real *weights, *gradients, *states; /* flat, as in the runtime; gradients has RT_CUDA_MEANS more, for sums */
	real *samples, *sums, *fixed;   /* sums: of slots */
	real *loss;                         /* [capacity] */
	real *metrics;                      /* [metric][capacity] */
	float *predictions;                 /* [capacity][outputs] */
	struct rt_cuda_step *step;
};

/* Sums over a batch go to slots that depend on the global batch alone, each summed in one order, and are merged in order.
 * A GPU has whole slots. */
RT_BOTH int rt_cuda_slot_count(int n)
{
	return n < 1 ? 1 : n > RT_CUDA_SLOTS ? RT_CUDA_SLOTS : n;
}

RT_BOTH int rt_cuda_slot_begin(int n, int slot)
{
	return (int)((long long)n * slot / rt_cuda_slot_count(n));
}

#endif
