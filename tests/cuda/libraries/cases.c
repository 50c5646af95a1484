/* Convolutions and dense layers of runtime/cuda/libraries against plain loops, on a GPU or on the double:  cases NAME [MATH]
 * All numbers are eighths, so that every math has them exactly and only results that are bfloat16 may differ. Gradients are
 * held against the outputs: sum(dy y) = sum(dx x) = sum(dw w), for all that y, dx and dw are linear in. */
#include "../double/cases.h"
#include "convolution.h"
#include "dense.h"
#include "internal.h"
#include <math.h>

enum { LIMIT = 64 << 20 };

static char why[RT_REASON];
static enum rt_math math;

/* What is checked the same way for both. */
struct subject {
	const char *name;
	size_t x, w, y, channels;
	bool bf16_results;
	void (*run)(const struct subject *s, enum rt_product kind, enum rt_epilogue epilogue, bool accumulate, struct rt_arrays arrays);
	void (*reference)(const struct subject *s, const float *x, const float *w, double *y);
	const void *shape;
};

/* ---- arrays ---- */

struct array { size_t n; bool bf16; float *host; void *device; };

static struct array array(size_t n, bool bf16)
{
	static unsigned state = 1;
	struct array a = {n, bf16, malloc(n * sizeof(float)), NULL};
	for (size_t i = 0; i < n; i++)
		a.host[i] = (float)((int)((state = state * 1664525 + 1013904223) >> 28) - 8) / 8;
	OK(cudaMalloc(&a.device, n * sizeof(float)));
	return a;
}

static struct array uploaded(struct array a)
{
	uint16_t *halves = malloc(a.n * sizeof *halves);
	for (size_t i = 0; i < a.n; i++) {
		uint32_t word;
		memcpy(&word, &a.host[i], sizeof word);
		halves[i] = (uint16_t)(word >> 16);
	}
	OK(cudaMemcpy(a.device, a.bf16 ? (void *)halves : a.host, a.n * (a.bf16 ? 2 : 4), cudaMemcpyHostToDevice));
	free(halves);
	return a;
}

static void download(struct array a)
{
	uint16_t *halves = malloc(a.n * sizeof *halves);
	OK(cudaMemcpy(a.bf16 ? (void *)halves : a.host, a.device, a.n * (a.bf16 ? 2 : 4), cudaMemcpyDeviceToHost));
	for (size_t i = 0; i < a.n && a.bf16; i++) {
		uint32_t word = (uint32_t)halves[i] << 16;
		memcpy(&a.host[i], &word, sizeof word);
	}
	free(halves);
}

static double dot(struct array a, struct array b)
{
	double sum = 0;
	for (size_t i = 0; i < a.n; i++)
		sum += (double)a.host[i] * b.host[i];
	return sum;
}

/* ---- checks ---- */

/* TF32 rounds operands to ten bits. */
static void near(const struct subject *s, const char *what, double got, double wanted, double scale)
{
	const double tolerance = s->bf16_results ? 1.0 / 256 : math == RT_MATH_TF32 ? 1e-4 : 1e-6;
	if (fabs(got - wanted) <= tolerance * scale)
		return;
	printf("%s, %s: %g, not %g\n", s->name, what, got, wanted);
	exit(1);
}

static void check_outputs(const struct subject *s, struct array x, struct array w, struct array y)
{
	static const char *const names[] = {"outputs", "outputs with bias", "outputs with bias and relu"};
	struct array bias = uploaded(array(s->channels, s->bf16_results));
	double *wanted = calloc(s->y, sizeof *wanted);
	s->reference(s, x.host, w.host, wanted);
	for (int epilogue = RT_BIAS_RELU; epilogue >= RT_PLAIN; epilogue--) {
		s->run(s, RT_PRODUCT_Y, (enum rt_epilogue)epilogue, false, (struct rt_arrays){x.device, w.device, y.device, bias.device, NULL});
		download(y);
		for (size_t i = 0; i < s->y; i++) {
			double value = wanted[i] + (epilogue == RT_PLAIN ? 0 : bias.host[i % s->channels]);
			value = epilogue == RT_BIAS_RELU && value < 0 ? 0 : value;
			near(s, names[epilogue], y.host[i], value, fabs(value) + 1);
		}
	}
	free(wanted);
}

/* The gradient of x or w, set and then added: of is what it is the gradient of. */
static void check_gradient(const struct subject *s, enum rt_product kind, struct array of, struct rt_arrays arrays,
                           double product)
{
	const char *what = kind == RT_PRODUCT_X ? "input gradients" : "weight gradients";
	struct array gradient = array(of.n, s->bf16_results);
	*(kind == RT_PRODUCT_X ? &arrays.x : &arrays.w) = gradient.device;
	for (int times = 1; times <= 2; times++) {
		s->run(s, kind, RT_PLAIN, times == 2, arrays);
		download(gradient);
		near(s, what, dot(gradient, of), times * product, sqrt(dot(gradient, gradient) * dot(of, of)) + 1);
	}
}

static void check(const struct subject *s)
{
	const bool bf16 = math == RT_MATH_BF16;
	struct array x = uploaded(array(s->x, bf16)), w = uploaded(array(s->w, bf16));
	struct array y = array(s->y, s->bf16_results), dy = uploaded(array(s->y, bf16));
	check_outputs(s, x, w, y);
	check_gradient(s, RT_PRODUCT_X, x, (struct rt_arrays){NULL, w.device, dy.device, NULL, NULL}, dot(y, dy));
	check_gradient(s, RT_PRODUCT_W, w, (struct rt_arrays){x.device, NULL, dy.device, NULL, NULL}, dot(y, dy));
}

static void must(bool done)
{
	if (done)
		return;
	puts(why);
	exit(1);
}

/* One for all. */
static void *workspace(void)
{
	static void *memory;
	if (!memory)
		OK(cudaMalloc(&memory, LIMIT));
	return memory;
}

/* ---- convolutions ---- */

static struct rt_cudnn *cudnn;

static void run_convolution(const struct subject *s, enum rt_product kind, enum rt_epilogue epilogue, bool accumulate,
                            struct rt_arrays arrays)
{
	struct rt_convolution shape = *(const struct rt_convolution *)s->shape;
	struct rt_convolution_plan *plan;
	shape.kind = kind;
	shape.math = math;
	shape.epilogue = epilogue;
	shape.accumulate = accumulate;
	must(rt_convolution_plans(&plan, 1, cudnn, &shape, LIMIT) == 1);
	arrays.workspace = workspace();
	must(!rt_convolution_run(plan, &arrays, 0));
	OK(cudaDeviceSynchronize());
	rt_convolution_free(plan);
}

/* y at one place and channel. */
static double window(const struct rt_convolution *c, const float *x, const float *w, int n, int row, int column, int out)
{
	double sum = 0;
	for (int i = 0; i < c->kernel_height; i++)
		for (int j = 0; j < c->kernel_width; j++) {
			const int h = row * c->stride_height + i * c->dilation_height - c->pad_top;
			const int v = column * c->stride_width + j * c->dilation_width - c->pad_left;
			if (h < 0 || v < 0 || h >= c->in_height || v >= c->in_width)
				continue;
			for (int in = 0; in < c->in_channels; in++)
				sum += (double)x[((n * c->in_height + h) * c->in_width + v) * c->in_channels + in] *
					w[((out * c->kernel_height + i) * c->kernel_width + j) * c->in_channels + in];
		}
	return sum;
}

static void convolve(const struct subject *s, const float *x, const float *w, double *y)
{
	const struct rt_convolution *c = s->shape;
	for (int n = 0; n < c->batch; n++)
		for (int row = 0; row < c->out_height; row++)
			for (int column = 0; column < c->out_width; column++)
				for (int out = 0; out < c->out_channels; out++)
					*y++ = window(c, x, w, n, row, column, out);
}

static void check_convolution(const char *name, const struct rt_convolution *c)
{
	check(&(struct subject){
		.name = name, .run = run_convolution, .reference = convolve, .shape = c, .bf16_results = math == RT_MATH_BF16,
		.x = (size_t)(c->batch * c->in_height * c->in_width * c->in_channels),
		.w = (size_t)(c->out_channels * c->kernel_height * c->kernel_width * c->in_channels),
		.y = (size_t)(c->batch * c->out_height * c->out_width * c->out_channels), .channels = (size_t)c->out_channels});
}

/* In the struct's order from batch on. */
static const struct { const char *name; struct rt_convolution shape; } convolutions[] = {
	{"valid", {0, 0, 4, 9, 8, 4, 7, 6, 8, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0}},
	{"one channel, 5x5, same", {0, 0, 3, 12, 12, 1, 12, 12, 6, 5, 5, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0}},
	{"stride 2, padded below and to the right", {0, 0, 3, 14, 14, 16, 7, 7, 32, 3, 3, 2, 2, 1, 1, 0, 0, 1, 1, 0, 0}},
	{"1x1, stride 2", {0, 0, 3, 8, 8, 16, 4, 4, 8, 1, 1, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0}},
	{"dilated, not square", {0, 0, 2, 14, 13, 6, 14, 13, 4, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 0, 0}},
};

static void check_convolutions(void)
{
	must((cudnn = rt_cudnn_open()) != NULL);
	for (size_t i = 0; i < sizeof convolutions / sizeof *convolutions; i++)
		check_convolution(convolutions[i].name, &convolutions[i].shape);
	rt_cudnn_close(cudnn);
	SAY("%zu", sizeof convolutions / sizeof *convolutions);
}

/* ---- dense layers ---- */

static struct rt_cublas *cublas;

static void run_dense(const struct subject *s, enum rt_product kind, enum rt_epilogue epilogue, bool accumulate,
                      struct rt_arrays arrays)
{
	struct rt_dense shape = *(const struct rt_dense *)s->shape;
	shape.kind = kind;
	shape.math = math;
	shape.epilogue = epilogue;
	shape.accumulate = accumulate;
	struct rt_dense_plan *plan = rt_dense_plan(cublas, &shape, LIMIT);
	must(plan != NULL);
	arrays.workspace = workspace();
	must(!rt_dense_run(plan, &arrays, 0));
	OK(cudaDeviceSynchronize());
	rt_dense_free(plan);
}

static void multiply(const struct subject *s, const float *x, const float *w, double *y)
{
	const struct rt_dense *d = s->shape;
	for (int n = 0; n < d->batch; n++)
		for (int in = 0; in < d->in; in++)
			for (int out = 0; out < d->out; out++)
				y[n * d->out + out] += (double)x[n * d->in + in] * w[in * d->out + out];
}

/* The gradient of bias comes with that of w. */
static void check_bias_gradient(const struct subject *s)
{
	const bool bf16 = math == RT_MATH_BF16;
	struct array x = uploaded(array(s->x, bf16)), dy = uploaded(array(s->y, bf16));
	struct array dw = array(s->w, false), db = array(s->channels, false);
	s->run(s, RT_PRODUCT_W, RT_BIAS, false, (struct rt_arrays){x.device, dw.device, dy.device, db.device, NULL});
	download(db);
	for (size_t channel = 0; channel < s->channels; channel++) {
		double sum = 0;
		for (size_t i = channel; i < s->y; i += s->channels)
			sum += dy.host[i];
		near(s, "bias gradients", db.host[channel], sum, fabs(sum) + 1);
	}
}

static const struct { const char *name; struct rt_dense shape; } denses[] = {
	{"to ten", {.batch = 12, .in = 128, .out = 10}},
	{"wide", {.batch = 5, .in = 36, .out = 64}},
	{"one sample", {.batch = 1, .in = 16, .out = 4}},
};

static void check_denses(void)
{
	must((cublas = rt_cublas_open()) != NULL);
	for (size_t i = 0; i < sizeof denses / sizeof *denses; i++) {
		const struct rt_dense *d = &denses[i].shape;
		const struct subject subject = {
			.name = denses[i].name, .run = run_dense, .reference = multiply, .shape = d, .x = (size_t)(d->batch * d->in),
			.w = (size_t)(d->in * d->out), .y = (size_t)(d->batch * d->out), .channels = (size_t)d->out};
		check(&subject);
		check_bias_gradient(&subject);
	}
	rt_cublas_close(cublas);
	SAY("%zu", sizeof denses / sizeof *denses);
}

/* ---- what may go wrong ---- */

/* One dense layer whose arrays lie where these offsets and this much workspace say, recorded once and launched twice. */
static void recorded(size_t offset, bool with_workspace)
{
	const struct rt_dense shape = {.kind = RT_PRODUCT_X, .batch = 4, .in = 4, .out = 4, .accumulate = true};
	struct array x = array(16 + 4, false), w = uploaded(array(16, false)), y = uploaded(array(16, false));
	struct rt_dense_plan *plan = rt_dense_plan(rt_cublas_open(), &shape, LIMIT);
	struct rt_arrays arrays = {(char *)x.device + offset, w.device, y.device, NULL, with_workspace ? workspace() : NULL};
	cudaStream_t stream = new_stream();
	cudaGraph_t graph;
	cudaGraphExec_t executable;
	memset(x.host, 0, x.n * sizeof *x.host);
	x = uploaded(x);
	OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
	must(!rt_dense_run(plan, &arrays, stream));
	OK(cudaStreamEndCapture(stream, &graph));
	OK(cudaGraphInstantiate(&executable, graph, 0));
	OK(cudaGraphLaunch(executable, stream));
	OK(cudaStreamSynchronize(stream));
	download(x);
	const float once = x.host[0];
	OK(cudaGraphLaunch(executable, stream));
	OK(cudaStreamSynchronize(stream));
	download(x);
	SAY("%s", once != 0 && x.host[0] == 2 * once ? "twice" : "not twice");
}

static void recorded_right(void)
{
	recorded(0, true);
}

static void misaligned(void)
{
	recorded(4, true);
}

static void no_workspace(void)
{
	recorded(0, false);
}

static void no_gpu(void)
{
	if (rt_cudnn_open())
		puts("there is a GPU");
	else
		puts(why);
	rt_fail_into(why);
	if (!rt_cublas_open())
		puts(why);
}

int main(int argc, char **argv)
{
	static const char *const maths[] = {[RT_MATH_FP32] = "fp32", [RT_MATH_TF32] = "tf32", [RT_MATH_BF16] = "bf16"};
	static const struct test_case all[] = {
		{"convolutions", check_convolutions}, {"denses", check_denses}, {"recorded", recorded_right}, {"misaligned", misaligned},
		{"no_workspace", no_workspace}, {"no_gpu", no_gpu}};
	for (int i = 0; i < 3 && argc > 2; i++)
		if (!strcmp(argv[2], maths[i]))
			math = (enum rt_math)i;
	rt_fail_into(why);
	return run_case(all, sizeof all / sizeof *all, argc, argv);
}
