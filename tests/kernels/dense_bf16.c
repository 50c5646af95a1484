/* Dense layers' products in bfloat16, for sizes around tiles, blocks and pairs, against sums in double of operands rounded
 * by arithmetic instead of bits. Prints the largest error; exits with 1 where it is more than a float's sums may lose. */
#include "products.h"
#include <trainc/dense_amx.h>
#include <trainc/dense_bf16.h>

enum { GAP = 5 };       /* from one sample's numbers to the next's */

static double product(const float *a, int a_step, const float *b, int b_step, int count)
{
	double sum = 0;
	for (int k = 0; k < count; k++)
		sum += rounded(a[k * a_step]) * rounded(b[k * b_step]);
	return sum;
}

/* ---- a shape: all tiles of its functions, whose sizes are constants as in generated programs ---- */

struct layer {
	int in, out;
	void (*forward)(int n, int sample, const float *x, const float *w, const float *bias, float *pack, float *y);
	void (*weights)(int n, int sample, const float *x, const float *dy, float *dw, float *db);
	void (*data)(int n, int sample, const float *dy, const float *w, float *pack, float *dx, bool add);
};

#define LAYER(IN, OUT) \
	static void forward_##IN##_##OUT(int n, int sample, const float *x, const float *w, const float *bias, float *pack, float *y) \
	{ \
		for (int tile = 0; tile < bf16_packs(IN, OUT); tile++) \
			bf16_pack(IN, OUT, w, pack, tile); \
		for (int tile = 0; tile < dense_tiles(n, BF16_ROWS) * dense_tiles(OUT, bf16_columns(OUT)); tile++) \
			bf16_forward(IN, OUT, n, sample, x, pack, bias, y, tile); \
	} \
	static void weights_##IN##_##OUT(int n, int sample, const float *x, const float *dy, float *dw, float *db) \
	{ \
		for (int tile = 0; tile < dense_tiles(IN, BF16_INPUTS) * dense_tiles(OUT, bf16_columns(OUT)); tile++) \
			bf16_weights(IN, OUT, n, sample, x, dy, dw, db, tile); \
	} \
	static void data_##IN##_##OUT(int n, int sample, const float *dy, const float *w, float *pack, float *dx, bool add) \
	{ \
		for (int tile = 0; tile < bf16_packs(OUT, IN); tile++) \
			bf16_pack_transposed(IN, OUT, w, pack, tile); \
		for (int tile = 0; tile < dense_tiles(n, BF16_ROWS) * dense_tiles(IN, BF16_GROUP * bf16_columns(IN)); tile++) \
			bf16_data(IN, OUT, n, sample, dy, pack, dx, add, tile); \
	}
/* By AMX, without packs, for two threads */
#define AMX_LAYER(IN, OUT) \
	static void amx_forward_##IN##_##OUT(int n, int sample, const float *x, const float *w, const float *bias, float *pack, \
		float *y) \
	{ \
		(void)pack; \
		for (int tile = 0; tile < dense_tiles(n, dense_amx_rows(n, dense_tiles(OUT, dense_amx_columns(OUT)), 2)) * \
			dense_tiles(OUT, dense_amx_columns(OUT)); tile++) { \
			static ALIGNED float sums[DENSE_AMX_SAMPLES * DENSE_AMX_COLUMNS]; \
			const struct dense_tile t = dense_amx_forward(IN, OUT, n, 2, sample, x, w, tile, sums); \
			for (int r = 0; r < t.rows; r++) \
				for (int c = 0; c < t.columns; c++) \
					y[(t.first_row + r) * sample + t.first + c] = bias[t.first + c] + sums[r * DENSE_AMX_COLUMNS + c]; \
		} \
	} \
	static void amx_weights_##IN##_##OUT(int n, int sample, const float *x, const float *dy, float *dw, float *db) \
	{ \
		for (int tile = 0; tile < dense_tiles(IN, dense_amx_weights_inputs(IN, 2)) * \
			dense_tiles(OUT, dense_amx_columns(OUT)); tile++) \
			dense_amx_weights(IN, OUT, n, 2, sample, x, dy, dw, db, tile); \
	} \
	static void amx_data_##IN##_##OUT(int n, int sample, const float *dy, const float *w, float *pack, float *dx, bool add) \
	{ \
		const int inputs = dense_tiles(IN, dense_amx_data_inputs(IN, 2)); \
		(void)pack; \
		for (int tile = 0; tile < dense_tiles(n, dense_amx_rows(n, inputs, 2)) * inputs; tile++) \
			dense_amx_data(IN, OUT, n, 2, sample, dy, w, dx, add, tile); \
	}
#define ROW(IN, OUT) {IN, OUT, forward_##IN##_##OUT, weights_##IN##_##OUT, data_##IN##_##OUT}, \
	{IN, OUT, amx_forward_##IN##_##OUT, amx_weights_##IN##_##OUT, amx_data_##IN##_##OUT},
#define LAYERS(X) X(1, 1) X(13, 10) X(128, 64) X(301, 135) X(70, 290)

LAYERS(LAYER)
LAYERS(AMX_LAYER)
static const struct layer layers[] = { LAYERS(ROW) };

static void forward(const struct layer *l, int n)
{
	const int in = l->in, out = l->out, sample = in + out + GAP;
	float *x = random_numbers(n * sample), *w = random_numbers(in * out), *bias = random_numbers(out);
	float *pack = nothing((in + BF16_DEPTH) * (out + BF16_COLUMNS)), *y = nothing(n * sample);

	l->forward(n, sample, x, w, bias, pack, y);
	for (int s = 0; s < n; s++)
		for (int o = 0; o < out; o++)
			expect("y", y[s * sample + o], (double)bias[o] + product(x + s * sample, 1, w + o, out, in), in);
	free(x), free(w), free(bias), free(pack), free(y);
}

static void weights(const struct layer *l, int n)
{
	const int in = l->in, out = l->out, sample = in + out + GAP;
	float *x = random_numbers(n * sample), *dy = random_numbers(n * sample), *dw = nothing(in * out), *db = nothing(out);

	l->weights(n, sample, x, dy, dw, db);
	for (int o = 0; o < out; o++) {
		double sum = 0;
		for (int s = 0; s < n; s++)
			sum += (double)dy[s * sample + o];
		expect("db", db[o], sum, n);
		for (int i = 0; i < in; i++)
			expect("dw", dw[i * out + o], product(x + i, sample, dy + o, sample, n), n);
	}
	free(x), free(dy), free(dw), free(db);
}

/* Assigned, and then added to. */
static void data(const struct layer *l, int n)
{
	const int in = l->in, out = l->out, sample = in + out + GAP;
	float *dy = random_numbers(n * sample), *w = random_numbers(in * out), *dx = nothing(n * sample);
	float *pack = nothing((out + BF16_DEPTH) * (in + BF16_COLUMNS));

	l->data(n, sample, dy, w, pack, dx, false);
	l->data(n, sample, dy, w, pack, dx, true);
	for (int s = 0; s < n; s++)
		for (int i = 0; i < in; i++)
			expect("dx", dx[s * sample + i], 2 * product(dy + s * sample, 1, w + i * out, 1, out), out);
	free(dy), free(w), free(dx), free(pack);
}

/* ---- rounding ---- */

static void rounding(void)
{
	const volatile float nan = NAN, infinite = INFINITY;
	for (int i = 0; i < 100000; i++) {
		const float x = ldexpf(random_number(), i % 200 - 100);
		if ((double)real_bf16(x) != rounded(x))
			expect("rounding", real_bf16(x), rounded(x), 0);
	}
	for (uint32_t half = 0x3f808000; half < 0x40008000; half += 0x10000) {      /* ties */
		const float x = float_of_bits((int32_t)half);
		if ((double)real_bf16(x) != rounded(x))
			expect("a tie", real_bf16(x), rounded(x), 0);
	}
	if (real_bf16(nan) == real_bf16(nan) || real_bf16(float_of_bits(0x7fffffff)) == 0 || real_bf16(infinite) != INFINITY ||
	    real_bf16(3.4e38f) != INFINITY)
		expect("the ends of rounding", 0, 1, 0);
}

int main(void)
{
	static const int batches[] = {1, 19, 131, 290};
	begin();
	rounding();
	for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
		for (size_t k = 0; k < sizeof batches / sizeof *batches; k++) {
			forward(&layers[i], batches[k]);
			weights(&layers[i], batches[k]);
			data(&layers[i], batches[k]);
		}
	printf("%.1g\n", worst);
	return 0;
}
