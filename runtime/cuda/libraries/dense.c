/* Dense layers by cublasLt. It is column-major: what is an array [rows][columns] here is a matrix of columns x rows
 * there, so all products stand with their sides swapped, and nothing is transposed in memory. */
#include "dense.h"
#include "internal.h"
#include <cublasLt.h>
#include <stdlib.h>

enum { ALIGNMENT = 16 };

struct rt_cublas { cublasLtHandle_t handle; };

struct rt_dense_plan {
	struct rt_dense shape;
	struct rt_cublas *cublas;
	cublasLtMatmulDesc_t product;
	cublasLtMatrixLayout_t a, b, result;
	cublasLtMatmulAlgo_t algorithm;
	size_t workspace;
};

/* ---- failures ---- */

/* The one place where a failure gets its words. */
static int fail(const struct rt_dense *d, const char *doing, cublasStatus_t status)
{
	static const char *const kinds[] = {"outputs", "input gradients", "weight gradients"};
	static const char *const maths[] = {"fp32", "TF32", "bf16"};
	static const char *const epilogues[] = {"", ", bias", ", bias, relu"};
	return rt_fail(RT_SYSTEM_ERROR, "cublasLt %zu, %s: dense, %s in %s, x %dx%d, weights %dx%d%s%s: %s",
		cublasLtGetVersion(), doing, kinds[d->kind], maths[d->math], d->batch, d->in, d->in, d->out, epilogues[d->epilogue],
		d->accumulate ? ", added" : "", cublasLtGetStatusString(status));
}

/* ---- the library ---- */

struct rt_cublas *rt_cublas_open(void)
{
	struct rt_cublas *cublas = calloc(1, sizeof *cublas);
	cublasStatus_t status = cublas ? cublasLtCreate(&cublas->handle) : CUBLAS_STATUS_ALLOC_FAILED;
	if (status == CUBLAS_STATUS_SUCCESS)
		return cublas;
	rt_fail(RT_SYSTEM_ERROR, "cublasLt %zu does not start: %s", cublasLtGetVersion(), cublasLtGetStatusString(status));
	free(cublas);
	return NULL;
}

void rt_cublas_close(struct rt_cublas *cublas)
{
	if (cublas)
		cublasLtDestroy(cublas->handle);
	free(cublas);
}

/* ---- a plan ---- */

/* result = a b in cublasLt's order: which arrays these are, and which of them it transposes while reading. */
enum array { ARRAY_X, ARRAY_W, ARRAY_Y };

static const struct { enum array a, b, result; bool a_transposed, b_transposed; } products[] = {
	[RT_PRODUCT_Y] = {ARRAY_W, ARRAY_X, ARRAY_Y, false, false},
	[RT_PRODUCT_X] = {ARRAY_W, ARRAY_Y, ARRAY_X, true, false},
	[RT_PRODUCT_W] = {ARRAY_Y, ARRAY_X, ARRAY_W, false, true},
};

static cublasStatus_t layout(cublasLtMatrixLayout_t *made, const struct rt_dense *d, enum array array,
                             cudaDataType_t type)
{
	const uint64_t columns = (uint64_t)(array == ARRAY_W ? d->in : d->batch);
	const uint64_t rows = (uint64_t)(array == ARRAY_X ? d->in : d->out);
	return cublasLtMatrixLayoutCreate(made, type, rows, columns, (int64_t)rows);
}

static cublasStatus_t make_layouts(struct rt_dense_plan *p)
{
	const struct rt_dense *d = &p->shape;
	const cudaDataType_t operand = d->math == RT_MATH_BF16 ? CUDA_R_16BF : CUDA_R_32F;
	cublasStatus_t status = layout(&p->a, d, products[d->kind].a, operand);
	if (!status)
		status = layout(&p->b, d, products[d->kind].b, operand);
	return status ? status : layout(&p->result, d, products[d->kind].result, CUDA_R_32F);
}

static cublasStatus_t set_bias(struct rt_dense_plan *p, const void *bias)
{
	return cublasLtMatmulDescSetAttribute(p->product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias);
}

/* The gradient of bias is y's sum over the batch, and y is the left operand of w's gradient: BGRADA. */
static cublasStatus_t set_epilogue(struct rt_dense_plan *p)
{
	static const cublasLtEpilogue_t epilogues[] = {
		[RT_BIAS] = CUBLASLT_EPILOGUE_BIAS, [RT_BIAS_RELU] = CUBLASLT_EPILOGUE_RELU_BIAS};
	const struct rt_dense *d = &p->shape;
	const cudaDataType_t type = CUDA_R_32F;
	cublasLtEpilogue_t epilogue = d->kind == RT_PRODUCT_W ? CUBLASLT_EPILOGUE_BGRADA : epilogues[d->epilogue];
	if (d->epilogue == RT_PLAIN)
		return CUBLAS_STATUS_SUCCESS;
	cublasStatus_t status = cublasLtMatmulDescSetAttribute(p->product, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue,
		sizeof epilogue);
	if (!status)
		status = cublasLtMatmulDescSetAttribute(p->product, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, &type, sizeof type);
	/* The heuristic refuses a bias that is not there; any address that is aligned will do. */
	return status ? status : set_bias(p, (const void *)(uintptr_t)ALIGNMENT);
}

static cublasStatus_t make_product(struct rt_dense_plan *p)
{
	static const cublasComputeType_t sums[] = {
		[RT_MATH_FP32] = CUBLAS_COMPUTE_32F, [RT_MATH_TF32] = CUBLAS_COMPUTE_32F_FAST_TF32,
		[RT_MATH_BF16] = CUBLAS_COMPUTE_32F};
	static const cublasOperation_t operations[] = {CUBLAS_OP_N, CUBLAS_OP_T};
	const cublasOperation_t *a = &operations[products[p->shape.kind].a_transposed];
	const cublasOperation_t *b = &operations[products[p->shape.kind].b_transposed];
	cublasStatus_t status = cublasLtMatmulDescCreate(&p->product, sums[p->shape.math], CUDA_R_32F);
	if (!status)
		status = cublasLtMatmulDescSetAttribute(p->product, CUBLASLT_MATMUL_DESC_TRANSA, a, sizeof *a);
	if (!status)
		status = cublasLtMatmulDescSetAttribute(p->product, CUBLASLT_MATMUL_DESC_TRANSB, b, sizeof *b);
	return status ? status : set_epilogue(p);
}

/* What the arrays and the workspace are like, for the heuristic. */
static cublasStatus_t make_preference(cublasLtMatmulPreference_t *made, size_t workspace_limit)
{
	static const cublasLtMatmulPreferenceAttributes_t aligned[] = {
		CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
		CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES};
	const uint64_t limit = workspace_limit;
	const uint32_t alignment = ALIGNMENT;
	cublasStatus_t status = cublasLtMatmulPreferenceCreate(made);
	if (!status)
		status = cublasLtMatmulPreferenceSetAttribute(*made, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &limit, sizeof limit);
	for (int i = 0; i < 4 && !status; i++)
		status = cublasLtMatmulPreferenceSetAttribute(*made, aligned[i], &alignment, sizeof alignment);
	return status;
}

static cublasStatus_t choose_algorithm(struct rt_dense_plan *p, size_t workspace_limit)
{
	cublasLtMatmulPreference_t preference = NULL;
	cublasLtMatmulHeuristicResult_t best;
	int found = 0;
	cublasStatus_t status = make_preference(&preference, workspace_limit);
	if (!status)
		status = cublasLtMatmulAlgoGetHeuristic(p->cublas->handle, p->product, p->a, p->b, p->result, p->result,
			preference, 1, &best, &found);
	if (preference)
		cublasLtMatmulPreferenceDestroy(preference);
	if (status)
		return status;
	if (!found)
		return CUBLAS_STATUS_NOT_SUPPORTED;
	p->algorithm = best.algo;
	p->workspace = best.workspaceSize;
	return best.state;
}

struct rt_dense_plan *rt_dense_plan(struct rt_cublas *cublas, const struct rt_dense *shape, size_t workspace_limit)
{
	struct rt_dense_plan *p = calloc(1, sizeof *p);
	cublasStatus_t status = CUBLAS_STATUS_ALLOC_FAILED;
	if (p) {
		p->shape = *shape;
		p->cublas = cublas;
		status = make_layouts(p);
		if (!status)
			status = make_product(p);
		if (!status)
			status = choose_algorithm(p, workspace_limit);
	}
	if (!status)
		return p;
	fail(shape, "a plan", status);
	rt_dense_free(p);
	return NULL;
}

void rt_dense_free(struct rt_dense_plan *p)
{
	if (!p)
		return;
	const cublasLtMatrixLayout_t layouts[] = {p->a, p->b, p->result};
	for (int i = 0; i < 3; i++)
		if (layouts[i])
			cublasLtMatrixLayoutDestroy(layouts[i]);
	if (p->product)
		cublasLtMatmulDescDestroy(p->product);
	free(p);
}

size_t rt_dense_workspace(const struct rt_dense_plan *plan)
{
	return plan->workspace;
}

/* ---- a run ---- */

int rt_dense_run(struct rt_dense_plan *p, const struct rt_arrays *arrays, cudaStream_t stream)
{
	const struct rt_dense *d = &p->shape;
	const float alpha = 1, beta = d->accumulate;
	void *const places[] = {[ARRAY_X] = arrays->x, [ARRAY_W] = arrays->w, [ARRAY_Y] = arrays->y};
	const void *a = places[products[d->kind].a], *b = places[products[d->kind].b];
	void *result = places[products[d->kind].result];
	cublasStatus_t status = d->epilogue == RT_PLAIN ? CUBLAS_STATUS_SUCCESS : set_bias(p, arrays->bias);
	if (!status)
		status = cublasLtMatmul(p->cublas->handle, p->product, &alpha, a, p->a, b, p->b, &beta, result, p->result, result,
			p->result, &p->algorithm, arrays->workspace, p->workspace, stream);
	return status ? fail(d, "a run", status) : 0;
}
