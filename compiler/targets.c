/* The targets. */
#include <string.h>
#include "target.h"

/* Every program has these, and step and kernels of its target. */
#define SHARED_FILES \
	{"README.md", "program/README.md"}, {"CMakeLists.txt", "program/CMakeLists.txt"}, {"model.h", "program/model.h"}, \
	{"memory.h", "program/memory.h"}, {"tables.c", "program/tables.c"}, {"train.c", "program/train.c"}, \
	{"serve.c", "program/serve.c"}, {"spec.yaml", NULL}

static const struct program_file cpu_files[] = {
	SHARED_FILES, {"kernels.c", "program/cpu/kernels.c"}, {"step.c", "program/cpu/step.c"}, {0},
};
static const struct program_file cpu_amx_files[] = {
	{"memory_amx.h", "program/memory.h"}, {"kernels_amx.c", "program/cpu/kernels.c"}, {"step_amx.c", "program/cpu/step.c"}, {0},
};
static const struct program_file cuda_files[] = {
	SHARED_FILES, {"kernels.cu", "program/cuda/kernels.cu"}, {"step.c", "program/cuda/step.c"}, {0},
};

const struct target target_cpu = {
	.name = "cpu", .summary = "processors: x86-64 and arm64, any number of cores", .suffix = ".c",
	.kernels = cpu_kernels, .fold = &fold,
	.files = cpu_files, .amx_files = cpu_amx_files, .restricted = "restrict", .hyperparameters = "work->hyperparameters",
};
const struct target target_cuda = {
	.name = "cuda", .summary = "NVIDIA's GPUs", .suffix = ".cu", .kernels = cuda_kernels, .files = cuda_files,
	.restricted = "__restrict__", .first_parameter = "struct rt_cuda_work work", .hyperparameters = "work.hyperparameters",
	.on_gpus = true, .whole_batches = true,
};

const struct target *const targets[] = {&target_cpu, &target_cuda, NULL};

const struct target *target_find(const char *name)
{
	for (const struct target *const *t = targets; *t; t++)
		if (!strcmp((*t)->name, name))
			return *t;
	return NULL;
}

static bool has_kernel(const struct target *t, const struct op *op)
{
	for (const struct kernel *const *k = t->kernels; *k; k++)
		if ((*k)->covers(&op, 1))
			return true;
	return op->type == &op_view;
}

bool target_takes(const struct target *t, const struct graph *g, struct diag *d)
{
	const int before = diag_errors(d);
	for (int i = 0; i < g->n_ops; i++)
		if (!has_kernel(t, g->ops[i]))
			diag_error(d, g->ops[i]->layer->at, "the target %s cannot compute '%s': it has no kernel for %s", t->name,
				g->ops[i]->layer->name, g->ops[i]->type->name);
	return diag_errors(d) == before;
}
