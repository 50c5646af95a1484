/* Sums of tensors with the activation behind them, in one pass. Backward works in place: mostly the inputs' gradients are the
 * same numbers, which then are there once. */
#include "kernel.h"

static int covers(const struct op *const *ops, int n)
{
	if (ops[0]->type != &op_add)
		return 0;
	return n > 1 && ops[1]->type == &op_map ? 2 : 1;
}

const struct kernel add = {
	.name = "add", .summary = "sum of its inputs, with activation", .covers = covers, .cost = 0.5,
	.shares_gradient = true, .left_to_producer = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {MAKES(Y), INPUTS, NORMS_IN}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {FUSED_OUTPUT, MAKES(D_OUTPUT), D_INPUTS}}},
};
