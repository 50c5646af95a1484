/* {{name}}: one kernel for each distinct step. Written by trainc {{compiler}} from {{file_comment}}.
 *
 * Shapes are constants, and each kernel covers the whole batch, work.n samples. Values and gradients are arrays of the
 * batch's samples, channels innermost.
 */
#include <trainc/cuda/kernels.cuh>
#include "memory.h"
{{#functions}}

{{text}}
{{/functions}}

/* {{optimizer}}, one pass over all trainable weights. */
KERNEL update(struct rt_cuda_work work, real *__restrict__ weights, const real *__restrict__ gradient, real *__restrict__ states)
{
	const double t = (double)work.step->iterations, lr = work.step->lr / (1 + work.step->decay * t);
	{{#settings}}
	const double {{name}} = {{value}};
	{{/settings}}
	{{optimizer_prepare}}
	{{#states}}
	real *{{name}}s = states + (size_t){{index}} * TRAINABLE;
	{{/states}}

	(void)lr, (void)t, (void)states;
	{{#settings}}
	(void){{name}};
	{{/settings}}
	if (is_diverged(work, TRAINABLE))
		return;
	EACH (i, TRAINABLE) {
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
