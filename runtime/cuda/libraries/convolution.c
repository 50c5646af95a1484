/* Convolutions by cuDNN's graph API: the operations of a shape as cuDNN's descriptors, engines that may run them, and
 * runs. Engines that are nondeterministic cannot be had, for the same seed has to give the same bits. */
#include "convolution.h"
#include "internal.h"
#include "descriptors.h"
#include <stdlib.h>
#include <string.h>

enum { ENGINES = 32 };

struct rt_cudnn {
	cudnnHandle_t handle;                   /* NULL: the device is absent */
	cudnnBackendDescriptor_t device;
	struct rt_descriptors set;
};

/* What the plans of one call share. */
struct graph {
	struct rt_descriptors set, offered[2];
	struct rt_cudnn *cudnn;
	struct rt_convolution shape;
	cudnnDataType_t element;                /* of arrays */
	cudnnBackendDescriptor_t operations;
	int users;
};

struct rt_convolution_plan {
	struct rt_descriptors set;
	struct graph *graph;
	cudnnBackendDescriptor_t plan;
	int64_t workspace;
	char engine[96];
};

/* ---- failures ---- */

/* The one place where a failure gets its words. */
static int fail(const struct rt_convolution *c, const char *doing, const char *why)
{
	static const char *const kinds[] = {"outputs", "input gradients", "weight gradients"};
	static const char *const maths[] = {"fp32", "TF32", "bf16"};
	static const char *const epilogues[] = {"", ", bias", ", bias, relu"};
	return rt_fail(RT_SYSTEM_ERROR, "cuDNN %zu, %s: convolution, %s in %s, x %dx%dx%dx%d, weights %dx%dx%dx%d, "
		"y %dx%dx%dx%d, strides %dx%d, dilations %dx%d, padding %d,%d,%d,%d%s%s: %s", cudnnGetVersion(), doing,
		kinds[c->kind], maths[c->math], c->batch, c->in_height, c->in_width, c->in_channels, c->out_channels,
		c->kernel_height, c->kernel_width, c->in_channels, c->batch, c->out_height, c->out_width,
		c->out_channels, c->stride_height, c->stride_width, c->dilation_height, c->dilation_width,
		c->pad_top, c->pad_left, c->pad_bottom, c->pad_right, epilogues[c->epilogue], c->accumulate ? ", added" : "", why);
}

/* ---- the device ---- */

static struct rt_cudnn *open_device(cudnnHandle_t handle, struct rt_attribute property)
{
	struct rt_cudnn *cudnn = calloc(1, sizeof *cudnn);
	if (!cudnn) {
		rt_fail(RT_SYSTEM_ERROR, "not enough memory for cuDNN");
		return NULL;
	}
	cudnn->handle = handle;
	cudnn->device = rt_descriptor(&cudnn->set, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, property);
	if (cudnn->device)
		return cudnn;
	rt_fail(RT_SYSTEM_ERROR, "cuDNN %zu: the device's properties: %s", cudnnGetVersion(), cudnn->set.why);
	rt_cudnn_close(cudnn);
	return NULL;
}

struct rt_cudnn *rt_cudnn_open(void)
{
	cudnnHandle_t handle;
	cudnnStatus_t status = cudnnCreate(&handle);
	char why[RT_CUDNN_TEXT];
	if (status == CUDNN_STATUS_SUCCESS)
		return open_device(handle, (struct rt_attribute){CUDNN_ATTR_DEVICEPROP_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle});
	rt_cudnn_why(status, why);
	rt_fail(RT_SYSTEM_ERROR, "cuDNN %zu does not start: %s", cudnnGetVersion(), why);
	return NULL;
}

struct rt_cudnn *rt_cudnn_open_absent(const char *json)
{
	return open_device(NULL, (struct rt_attribute){
		CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, (int64_t)strlen(json), json});
}

void rt_cudnn_close(struct rt_cudnn *cudnn)
{
	if (!cudnn)
		return;
	rt_descriptors_free(&cudnn->set);
	if (cudnn->handle)
		cudnnDestroy(cudnn->handle);
	free(cudnn);
}

/* ---- the operations ---- */

/* A tensor's unique id, which a run binds to an array; those of virtual tensors bind to none. */
enum { X = 1, W, Y, BIAS, CONVOLVED, BIASED };

/* NHWC as cuDNN writes it: sizes in the order NCHW, with strides. */
static cudnnBackendDescriptor_t tensor(struct graph *g, int64_t id, int64_t n, int64_t h, int64_t w, int64_t c)
{
	const int64_t sizes[] = {n, c, h, w}, strides[] = {h * w * c, 1, w * c, c}, alignment = 16;
	const bool virtual = id >= CONVOLVED;
	const cudnnDataType_t type = virtual ? CUDNN_DATA_FLOAT : g->element;
	return rt_descriptor(&g->set, CUDNN_BACKEND_TENSOR_DESCRIPTOR,
		{CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, &id},
		{CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &type},
		{CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, sizes},
		{CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, strides},
		{CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, &alignment},
		{CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, &virtual});
}

static cudnnBackendDescriptor_t tensor_x(struct graph *g)
{
	const struct rt_convolution *c = &g->shape;
	return tensor(g, X, c->batch, c->in_height, c->in_width, c->in_channels);
}

static cudnnBackendDescriptor_t tensor_w(struct graph *g)
{
	const struct rt_convolution *c = &g->shape;
	return tensor(g, W, c->out_channels, c->kernel_height, c->kernel_width, c->in_channels);
}

static cudnnBackendDescriptor_t tensor_y(struct graph *g, int64_t id)
{
	const struct rt_convolution *c = &g->shape;
	return tensor(g, id, c->batch, c->out_height, c->out_width, c->out_channels);
}

static cudnnBackendDescriptor_t geometry(struct graph *g)
{
	const struct rt_convolution *c = &g->shape;
	const int64_t rank = 2, before[] = {c->pad_top, c->pad_left}, after[] = {c->pad_bottom, c->pad_right},
		strides[] = {c->stride_height, c->stride_width}, dilations[] = {c->dilation_height, c->dilation_width};
	const cudnnDataType_t sums = CUDNN_DATA_FLOAT;
	const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
	return rt_descriptor(&g->set, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR,
		{CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, 1, &rank},
		{CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &sums},
		{CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode},
		{CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 2, before},
		{CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 2, after},
		{CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, 2, strides},
		{CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 2, dilations});
}

/* cuDNN's names of one operation in its three kinds. */
static const struct {
	cudnnBackendDescriptorType_t type;
	cudnnBackendAttributeName_t x, w, y, geometry, alpha, beta;
} kinds[] = {
	[RT_PRODUCT_Y] = {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
		CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
		CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
		CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA},
	[RT_PRODUCT_X] = {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
		CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
		CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
		CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA},
	[RT_PRODUCT_W] = {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
		CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
		CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
		CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA},
};

static cudnnBackendDescriptor_t convolution(struct graph *g, cudnnBackendDescriptor_t x, cudnnBackendDescriptor_t w,
                                            cudnnBackendDescriptor_t y)
{
	const int kind = g->shape.kind;
	const cudnnBackendDescriptor_t shape = geometry(g);
	const float alpha = 1, beta = g->shape.accumulate;      /* as the sums are: of a double cuDNN would read half */
	return rt_descriptor(&g->set, kinds[kind].type,
		{kinds[kind].x, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &x},
		{kinds[kind].w, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &w},
		{kinds[kind].y, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &y},
		{kinds[kind].geometry, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &shape},
		{kinds[kind].alpha, CUDNN_TYPE_FLOAT, 1, &alpha},
		{kinds[kind].beta, CUDNN_TYPE_FLOAT, 1, &beta});
}

/* y = x + b, or y = mode(x) where b is NULL. */
static cudnnBackendDescriptor_t pointwise(struct graph *g, cudnnPointwiseMode_t mode, cudnnBackendDescriptor_t x,
                                          cudnnBackendDescriptor_t b, cudnnBackendDescriptor_t y)
{
	const cudnnDataType_t precision = CUDNN_DATA_FLOAT;
	const cudnnBackendDescriptor_t what = rt_descriptor(&g->set, CUDNN_BACKEND_POINTWISE_DESCRIPTOR,
		{CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode},
		{CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, 1, &precision});
	const struct rt_attribute attributes[] = {
		{CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &what},
		{CUDNN_ATTR_OPERATION_POINTWISE_XDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &x},
		{CUDNN_ATTR_OPERATION_POINTWISE_YDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &y},
		{CUDNN_ATTR_OPERATION_POINTWISE_BDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &b},
	};
	return rt_descriptor_of(&g->set, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR, attributes, b ? 4 : 3);
}

/* Convolution, then bias, then relu: each but the last into a virtual tensor, which stays in the kernel's registers. */
static int operations(struct graph *g, cudnnBackendDescriptor_t nodes[3])
{
	const enum rt_epilogue epilogue = g->shape.epilogue;
	const cudnnBackendDescriptor_t sums = tensor_y(g, epilogue == RT_PLAIN ? Y : CONVOLVED);
	nodes[0] = convolution(g, tensor_x(g), tensor_w(g), sums);
	if (epilogue == RT_PLAIN)
		return 1;
	const cudnnBackendDescriptor_t biased = tensor_y(g, epilogue == RT_BIAS ? Y : BIASED);
	nodes[1] = pointwise(g, CUDNN_POINTWISE_ADD, sums, tensor(g, BIAS, 1, 1, 1, g->shape.out_channels), biased);
	if (epilogue == RT_BIAS)
		return 2;
	nodes[2] = pointwise(g, CUDNN_POINTWISE_RELU_FWD, biased, NULL, tensor_y(g, Y));
	return 3;
}

static void graph_release(struct graph *g)
{
	if (--g->users)
		return;
	rt_descriptors_free(&g->offered[0]);
	rt_descriptors_free(&g->offered[1]);
	rt_descriptors_free(&g->set);
	free(g);
}

/* One user. */
static struct graph *graph_make(struct rt_cudnn *cudnn, const struct rt_convolution *shape)
{
	cudnnBackendDescriptor_t nodes[3];
	struct graph *g = calloc(1, sizeof *g);
	if (!g) {
		fail(shape, "a graph", "not enough memory");
		return NULL;
	}
	*g = (struct graph){.cudnn = cudnn, .shape = *shape, .users = 1,
		.element = shape->math == RT_MATH_BF16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT};
	const int64_t n = operations(g, nodes);
	g->operations = rt_descriptor(&g->set, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR,
		{CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, n, nodes});
	if (g->operations)
		return g;
	fail(shape, "a graph", g->set.why);
	graph_release(g);
	return NULL;
}

/* ---- engines ---- */

/* What cuDNN says of an engine's numbers: its word here, and whether the engine is taken for the three maths. cuDNN has
 * TF32 for tensor cores only, and rounds operands to half precision where it "down-converts" them. Transforms leave
 * rounding errors in outputs whose windows are all zero, which have to be exactly the bias: on the kink of ReLU errors of either
 * sign change gradients. */
static const struct { const char *name; bool taken[3]; } notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT] = {
	[CUDNN_NUMERICAL_NOTE_TENSOR_CORE] = {"tensor_core", {[RT_MATH_TF32] = true, [RT_MATH_BF16] = true}},
	[CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS] = {"down_convert", {false}},
	[CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION] = {"reduced_precision_sums", {false}},
	[CUDNN_NUMERICAL_NOTE_FFT] = {"fft", {false}},
	[CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC] = {"nondeterministic", {false}},
	[CUDNN_NUMERICAL_NOTE_WINOGRAD] = {"winograd", {false}},
	[CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4] = {"tile_4x4", {true, true, true}},
	[CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6] = {"tile_6x6", {true, true, true}},
	[CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13] = {"tile_13x13", {true, true, true}},
	[CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP] = {"strict_nan", {true, true, true}},
};

static bool engine_fits(struct rt_convolution_plan *p, cudnnBackendDescriptor_t engine)
{
	cudnnBackendNumericalNote_t found[CUDNN_NUMERICAL_NOTE_TYPE_COUNT];
	int64_t number = 0, n = rt_descriptor_read(&p->set, engine, (struct rt_attribute){
		CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, CUDNN_NUMERICAL_NOTE_TYPE_COUNT, found});
	rt_descriptor_read(&p->set, engine, (struct rt_attribute){
		CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, &number});
	size_t length = (size_t)snprintf(p->engine, sizeof p->engine, "%d", (int)number);
	for (int64_t i = 0; i < n; i++) {
		if (!notes[found[i]].taken[p->graph->shape.math])
			return false;
		if (length < sizeof p->engine)
			length += (size_t)snprintf(p->engine + length, sizeof p->engine - length, "+%s", notes[found[i]].name);
	}
	return !p->set.failed;
}

/* NULL, with no failure told, where the engine is not for this device, this math or this limit. */
static struct rt_convolution_plan *plan_make(struct graph *g, cudnnBackendDescriptor_t config, size_t workspace_limit)
{
	struct rt_convolution_plan *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	p->graph = g;
	g->users++;
	cudnnBackendDescriptor_t engine = rt_descriptor_empty(&p->set, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
	rt_descriptor_read(&p->set, config, (struct rt_attribute){
		CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &engine});
	if (!p->set.failed && engine_fits(p, engine)) {
		p->plan = rt_descriptor(&p->set, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR,
			{CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &config},
			{CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &g->cudnn->device});
		rt_descriptor_read(&p->set, p->plan, (struct rt_attribute){
			CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &p->workspace});
		if (!p->set.failed && (size_t)p->workspace <= workspace_limit)
			return p;
	}
	rt_convolution_free(p);
	return NULL;
}

/* What one of cuDNN's heuristics offers, the best first. */
static int64_t offers(struct graph *g, struct rt_descriptors *set, cudnnBackendHeurMode_t mode,
                      cudnnBackendDescriptor_t *configs)
{
	cudnnBackendDescriptor_t heuristics = rt_descriptor(set, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR,
		{CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &g->operations},
		{CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode},
		{CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &g->cudnn->device});
	for (int i = 0; i < ENGINES; i++)
		configs[i] = rt_descriptor_empty(set, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
	return rt_descriptor_read(set, heuristics, (struct rt_attribute){
		CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, ENGINES, configs});
}

int rt_convolution_plans(struct rt_convolution_plan **plans, int most, struct rt_cudnn *cudnn,
                         const struct rt_convolution *shape, size_t workspace_limit)
{
	/* The second list holds engines for everything; it is asked where nothing of the first fits. */
	static const cudnnBackendHeurMode_t modes[] = {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK};
	cudnnBackendDescriptor_t configs[ENGINES];
	struct graph *g = graph_make(cudnn, shape);
	int made = 0;
	if (!g)
		return -1;
	for (int m = 0; m < 2 && !made; m++) {
		int64_t n = offers(g, &g->offered[m], modes[m], configs);
		for (int64_t i = 0; i < n && made < most; i++)
			if ((plans[made] = plan_make(g, configs[i], workspace_limit)))
				made++;
	}
	if (!made)
		fail(shape, "a plan", g->offered[0].failed ? g->offered[0].why : "no engine fits");
	graph_release(g);
	return made ? made : -1;
}

void rt_convolution_free(struct rt_convolution_plan *plan)
{
	if (!plan)
		return;
	rt_descriptors_free(&plan->set);
	graph_release(plan->graph);
	free(plan);
}

size_t rt_convolution_workspace(const struct rt_convolution_plan *plan)
{
	return (size_t)plan->workspace;
}

const char *rt_convolution_engine(const struct rt_convolution_plan *plan)
{
	return plan->engine;
}

/* ---- a run ---- */

int rt_convolution_run(const struct rt_convolution_plan *plan, const struct rt_arrays *a, cudaStream_t stream)
{
	const int64_t ids[] = {X, W, Y, BIAS}, n = plan->graph->shape.epilogue == RT_PLAIN ? 3 : 4;
	void *const arrays[] = {a->x, a->w, a->y, a->bias};
	const cudnnHandle_t handle = plan->graph->cudnn->handle;
	struct rt_descriptors set = {0};
	cudnnBackendDescriptor_t pack = rt_descriptor(&set, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR,
		{CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, n, ids},
		{CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, n, arrays},
		{CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &a->workspace});
	if (!set.failed)
		rt_cudnn_done(&set, cudnnSetStream(handle, stream));
	if (!set.failed)
		rt_cudnn_done(&set, cudnnBackendExecute(handle, plan->plan, pack));
	rt_descriptors_free(&set);
	return set.failed ? fail(&plan->graph->shape, "a run", set.why) : 0;
}
