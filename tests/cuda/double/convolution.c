/* The functions of runtime/cuda/libraries/convolution.h by plain loops. */
#include "product.h"
#include <stdlib.h>

struct rt_cudnn { char none; };
struct rt_convolution_plan { struct product product; };

struct rt_cudnn *rt_cudnn_open(void)
{
	return calloc(1, sizeof(struct rt_cudnn));
}

struct rt_cudnn *rt_cudnn_open_absent(const char *json)
{
	(void)json;
	return rt_cudnn_open();
}

void rt_cudnn_close(struct rt_cudnn *cudnn)
{
	free(cudnn);
}

/* One place of y and one of the kernel: all channels. */
static void sum_channels(const struct product *p, double *const arrays[PRODUCT_ARRAYS], size_t x, size_t w, size_t y)
{
	const struct rt_convolution *c = &p->shape.convolution;
	const size_t kernel = (size_t)c->kernel_height * (size_t)c->kernel_width * (size_t)c->in_channels;
	for (int out = 0; out < c->out_channels; out++)
		for (int in = 0; in < c->in_channels; in++) {
			double *ex = &arrays[PRODUCT_X][x + (size_t)in], *ey = &arrays[PRODUCT_Y][y + (size_t)out];
			double *ew = &arrays[PRODUCT_W][w + (size_t)out * kernel + (size_t)in];
			if (p->kind == RT_PRODUCT_Y)
				*ey += *ex * *ew;
			else if (p->kind == RT_PRODUCT_X)
				*ex += *ey * *ew;
			else
				*ew += *ex * *ey;
		}
}

static void sum_kernel(const struct product *p, double *const arrays[PRODUCT_ARRAYS], int n, int row, int column)
{
	const struct rt_convolution *c = &p->shape.convolution;
	const int y = (n * c->out_height + row) * c->out_width + column;
	for (int i = 0; i < c->kernel_height; i++)
		for (int j = 0; j < c->kernel_width; j++) {
			const int h = row * c->stride_height - c->pad_top + i * c->dilation_height;
			const int w = column * c->stride_width - c->pad_left + j * c->dilation_width;
			if (h < 0 || h >= c->in_height || w < 0 || w >= c->in_width)
				continue;
			sum_channels(p, arrays, (size_t)((n * c->in_height + h) * c->in_width + w) * (size_t)c->in_channels,
				(size_t)(i * c->kernel_width + j) * (size_t)c->in_channels, (size_t)y * (size_t)c->out_channels);
		}
}

static void sum(const struct product *p, double *const arrays[PRODUCT_ARRAYS])
{
	const struct rt_convolution *c = &p->shape.convolution;
	for (int n = 0; n < c->batch; n++)
		for (int row = 0; row < c->out_height; row++)
			for (int column = 0; column < c->out_width; column++)
				sum_kernel(p, arrays, n, row, column);
}

int rt_convolution_plans(struct rt_convolution_plan **plans, int most, struct rt_cudnn *cudnn, const struct rt_convolution *c,
                         size_t workspace_limit)
{
	(void)cudnn;
	if (most < 1)
		return 0;
	plans[0] = calloc(1, sizeof **plans);
	plans[0]->product = (struct product){
		.name = "rt_convolution_run", .kind = c->kind, .math = c->math, .epilogue = c->epilogue, .accumulate = c->accumulate,
		.bf16_results = true, .channels = (size_t)c->out_channels, .workspace = product_workspace(workspace_limit), .sum = sum,
		.shape.convolution = *c, .elements = {
			[PRODUCT_X] = (size_t)c->batch * (size_t)c->in_height * (size_t)c->in_width * (size_t)c->in_channels,
			[PRODUCT_W] = (size_t)c->out_channels * (size_t)c->kernel_height * (size_t)c->kernel_width * (size_t)c->in_channels,
			[PRODUCT_Y] = (size_t)c->batch * (size_t)c->out_height * (size_t)c->out_width * (size_t)c->out_channels}};
	return 1;
}

void rt_convolution_free(struct rt_convolution_plan *plan)
{
	free(plan);
}

size_t rt_convolution_workspace(const struct rt_convolution_plan *plan)
{
	return plan->product.workspace;
}

const char *rt_convolution_engine(const struct rt_convolution_plan *plan)
{
	(void)plan;
	return "double";
}

int rt_convolution_run(const struct rt_convolution_plan *plan, const struct rt_arrays *arrays, cudaStream_t stream)
{
	return product_run(&plan->product, arrays, stream);
}
