/* {{name}}: one training step, and evaluation. Written by trainc {{compiler}} from {{file_comment}}.
 *
 * A step is a row of passes. In a pass over samples each slot's samples go through in order, by one thread; a pass over
 * tiles cuts the batch or the weights into parts, and each sum is one thread's, in one order. So the sums, and the bits,
 * are the same for any number of threads.
 *
 * {{^for_amx}}Compiled once for each instruction set{{/for_amx}}{{#for_amx}}Included by step.c where it is compiled for AMX{{/for_amx}}, with RT_ISA its name in C and RT_ISA_NAME as text.
 */
#include <string.h>
{{#for_amx}}
#include <trainc/convolution_amx.h>
{{/for_amx}}
#include <trainc/cpu.h>
{{#for_amx}}
#include <trainc/dense_amx.h>
{{/for_amx}}
#include <trainc/dense.h>
#include <trainc/dense_bf16.h>
#include <trainc/depthwise.h>
#include <trainc/direct.h>
#include <trainc/normalise.h>
{{#openblas}}
#include <trainc/openblas.h>
{{/openblas}}
#include <trainc/sparse.h>
#include <trainc/team.h>
#include <trainc/winograd.h>
{{#amx}}

#ifdef FOR_AMX          /* where a processor has tiles, other kernels are the fastest */
#include "step_amx.c"
#else
{{/amx}}
{{^bfloat16}}

#ifndef __AVX512BF16__  /* all operands are float32 here: avx512's code serves */
{{/bfloat16}}
#include "memory{{variant}}.h"
#include "kernels{{variant}}.c"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

enum { UPDATE_TILE = 2048 };

{{#train}}
{{>program/cpu/passes.c}}
{{/train}}
{{#evaluate}}
{{>program/cpu/passes.c}}
{{/evaluate}}
/* Each thread's part of gradients. */
static void share_gradients(void *argument)
{
	struct rt_work *const work = argument;
	const int slots = rt_slot_count(work->n);

	{{#train}}
{{>program/cpu/segments.c}}
	{{/train}}
}

/* Forward, loss and backward: the batch's mean gradient in work->gradients. */
static void gradients(struct rt_work *work)
{
	rt_team_run(share_gradients, work);
}

/* Packs and folds the weights for evaluation. */
static void prepare(struct rt_work *work)
{
	(void)work;
	{{#prepare}}
	{{#segments}}
	{{#steps}}
	/* {{provenance}} */
	for (int tile = 0; tile < {{tiles}}; tile++)
		{{call}};
	{{/steps}}
	{{/segments}}
	{{/prepare}}
}

/* Each thread's part of evaluate. */
static void share_evaluate(void *argument)
{
	struct rt_work *const work = argument;
	const int slots = rt_slot_count(work->n);

	{{#evaluate}}
{{>program/cpu/segments.c}}
	{{/evaluate}}
}

/* Forward without dropout: losses, metrics and predictions. */
static void evaluate(struct rt_work *work)
{
	rt_team_run(share_evaluate, work);
}

/* Each thread's part of update. */
static void share_update(void *argument)
{
	struct rt_work *const work = argument;
	const double lr = work->learning_rate, t = (double)work->iterations;
	{{#settings}}
	const double {{name}} = {{value}};
	{{/settings}}
	{{optimizer_prepare}}
	real *restrict weights = work->weights;
	const real *restrict gradient = work->gradients;
	{{#states}}
	real *restrict {{name}}s = work->states + (size_t){{index}} * TRAINABLE;
	{{/states}}

	(void)lr, (void)t;
	{{#settings}}
	(void){{name}};
	{{/settings}}
	/* Each thread has the same tiles in every step, which stay in its caches. Whole tiles: vector code and what it leaves at a
	 * loop's end may round differently. */
	const int tiles = (TRAINABLE + UPDATE_TILE - 1) / UPDATE_TILE, number = rt_team_number(), threads = rt_team_size();
	for (int tile = (int)((long)tiles * number / threads); tile < (long)tiles * (number + 1) / threads; tile++) {
		const int begin = tile * UPDATE_TILE, end = TRAINABLE - begin < UPDATE_TILE ? TRAINABLE : begin + UPDATE_TILE;
#pragma omp simd
		for (int i = begin; i < end; i++) {
			const real g = gradient[i];
			real weight = weights[i];
			{{#states}}
			real {{name}} = {{name}}s[i];
			{{/states}}
			{{optimizer_update}}
			{{#states}}
			{{name}}s[i] = {{name}};
			{{/states}}
			weights[i] = weight;
		}
	}
}

/* {{optimizer}}, one pass over all trainable weights. */
static void update(struct rt_work *work)
{
	rt_team_run(share_update, work);
}

const struct rt_code JOIN(rt_code_, RT_ISA) = {
	.isa = RT_ISA_NAME, .sample = SAMPLE, .slot = SLOT, .thread = THREAD, .fixed = FIXED,
	.gradients = gradients, .update = update, .prepare = prepare, .evaluate = evaluate,
};
{{^bfloat16}}
#endif
{{/bfloat16}}
{{#amx}}
#endif
{{/amx}}
