/* Sums of tensors with the activation behind them, in one pass. */
#include "kernel.h"

static int covers(const struct op *const *ops, int n)
{
	return n > 1 && ops[0]->type == &op_add && ops[1]->type == &op_map ? 2 : 0;
}

const struct kernel add = {
	.name = "add", .summary = "sum of its inputs, with activation", .covers = covers, .cost = 0.5,
	.forward = {{"forward", DOMAIN_SAMPLE, "y x*", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "y dy dx*", NULL, NULL}},
};
