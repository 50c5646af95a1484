/* Asks the real cuDNN for plans for a device that need not be here:  plans DEVICE.json MATH WORKSPACE_LIMIT <SHAPES
 * A line of SHAPES is a convolution's numbers in the order of struct rt_convolution, from batch to pad_right. For every one,
 * and every use of it, a line goes out: "plan" with the engine and its workspace, or "none" with why. */
#include "convolution.h"
#include "internal.h"
#include <stdlib.h>
#include <string.h>

static const char *const maths[] = {[RT_MATH_FP32] = "fp32", [RT_MATH_TF32] = "tf32", [RT_MATH_BF16] = "bf16"};

static const struct { const char *name; enum rt_product kind; enum rt_epilogue epilogue; bool accumulate; } uses[] = {
	{"y", RT_PRODUCT_Y, RT_PLAIN, false},
	{"y+bias", RT_PRODUCT_Y, RT_BIAS, false},
	{"y+bias+relu", RT_PRODUCT_Y, RT_BIAS_RELU, false},
	{"dx", RT_PRODUCT_X, RT_PLAIN, false},
	{"dx+=", RT_PRODUCT_X, RT_PLAIN, true},
	{"dw", RT_PRODUCT_W, RT_PLAIN, false},
	{"dw+=", RT_PRODUCT_W, RT_PLAIN, true},
};

static bool read_shape(struct rt_convolution *c)
{
	return scanf("%d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d", &c->batch, &c->in_height, &c->in_width, &c->in_channels,
		&c->out_height, &c->out_width, &c->out_channels, &c->kernel_height, &c->kernel_width, &c->stride_height, &c->stride_width,
		&c->dilation_height, &c->dilation_width, &c->pad_top, &c->pad_left, &c->pad_bottom, &c->pad_right) == 17;
}

static void ask(struct rt_cudnn *cudnn, const struct rt_convolution *shape, const char *use, size_t limit, const char *why)
{
	enum { MOST = 3 };
	struct rt_convolution_plan *plans[MOST];
	int n = rt_convolution_plans(plans, MOST, cudnn, shape, limit);
	if (n < 1) {
		printf("none %s: %s\n", use, why);
		return;
	}
	printf("plan %s", use);
	for (int i = 0; i < n; i++) {
		printf(" %s:%zu", rt_convolution_engine(plans[i]), rt_convolution_workspace(plans[i]));
		rt_convolution_free(plans[i]);
	}
	printf("\n");
}

static void ask_all(struct rt_cudnn *cudnn, enum rt_math math, size_t limit)
{
	static char why[RT_REASON];
	struct rt_convolution shape = {.math = math};
	while (read_shape(&shape))
		for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
			shape.kind = uses[i].kind;
			shape.epilogue = uses[i].epilogue;
			shape.accumulate = uses[i].accumulate;
			rt_fail_into(why);
			ask(cudnn, &shape, uses[i].name, limit, why);
		}
}

int main(int argc, char **argv)
{
	char *json;
	size_t size;
	enum rt_math math = RT_MATH_FP32;
	if (argc != 4 || rt_read_file(argv[1], &json, &size))
		return 2;
	while (math < RT_MATH_BF16 && strcmp(argv[2], maths[math]))
		math++;
	struct rt_cudnn *cudnn = rt_cudnn_open_absent(json);
	free(json);
	if (!cudnn) {
		rt_failure_report(NULL);
		return 1;
	}
	ask_all(cudnn, math, strtoull(argv[3], NULL, 10));
	rt_cudnn_close(cudnn);
	return 0;
}
