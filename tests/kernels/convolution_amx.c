/* Convolutions by AMX, for channels, windows, strides and padding around the machine's tiles, against sums in double of operands
 * rounded by arithmetic. Where there is no AMX the tiles are plain C. Prints the largest error; exits with 1 where it is more
 * than a float's sums may lose. */
#include "products.h"
#include <trainc/convolution_amx.h>

/* height and width in, channels in and out, window, stride, padding at the top and left, bottom and right */
#define SHAPES(ROW) \
	ROW(1, 8, 9, 16, 16, 3, 1, 0, 0) ROW(2, 7, 7, 32, 40, 3, 1, 1, 1) ROW(3, 14, 14, 6, 16, 5, 1, 0, 0) \
	ROW(4, 6, 37, 9, 17, 3, 1, 1, 1) \
	ROW(5, 8, 8, 16, 33, 3, 2, 0, 1) ROW(6, 9, 8, 24, 8, 1, 2, 0, 0) ROW(7, 3, 32, 33, 48, 2, 1, 0, 1) \
	ROW(8, 5, 5, 48, 70, 5, 1, 2, 2)

struct numbers { float *x, *w, *dz; };

static int out_size(int in, struct direct s)
{
	return (in + s.pad_top + s.pad_bottom - s.kernel_h) / s.stride_h + 1;
}

/* ---- by AMX, as the templates of the kernel call it ---- */

INLINE void forward(struct direct s, struct numbers a, float *y)
{
	const struct amx_window window = amx_forward(s);
	float *pack = nothing(s.kernel_h * amx_run(window) * AMX_CHUNK * amx_up(s.out_c, AMX_COLUMNS) / 2);
	float *image = nothing(amx_image_size(s, s.in_c)), *sums = nothing(amx_rows_size(window));
	for (int row = 0; row < s.kernel_h; row++)
		amx_pack(s, row, a.w, pack);
	amx_inputs(s, (struct input){.x = a.x}, (bf16 *)image);
	amx_open_rows(window);
	for (int first = 0; first < s.out_c; first += AMX_GROUP)
		for (int h = 0; h < s.out_h; h += 2) {
			const int rows = at_most(s.out_h - h, 2);
			amx_rows(window, first / AMX_GROUP, h, rows, (const bf16 *)image, (const bf16 *)pack, sums);
			for (int p = 0; p < rows * s.out_w; p++)
				memcpy(y + (h * s.out_w + p) * s.out_c + first, sums + p * AMX_GROUP,
					sizeof *y * (size_t)at_most(s.out_c - first, AMX_GROUP));
		}
	amx_close();
	free(pack), free(image), free(sums);
}

/* Two samples, the second the first once more, and two slots: four times dw; dx assigned and added once more */
INLINE void backward(struct direct s, struct numbers a, float *dw, float *dx)
{
	const struct amx_window window = amx_data(s);
	float *pack = nothing(s.kernel_h * amx_run(window) * AMX_CHUNK * amx_up(s.in_c, AMX_COLUMNS) / 2);
	float *image = nothing(amx_image_size(s, s.out_c)), *pairs = nothing(2 * amx_pairs_size(s));
	float *planes = nothing(2 * amx_planes_size(s));
	const int of_sample = amx_pixels(s) / 2 * AMX_GROUP, size = (int)amx_sums_at(s, amx_up(s.out_c, AMX_GROUP), 0, 0);
	float *sums = memset(nothing(2 * size), 0, sizeof *sums * 2 * (size_t)size), *rows = nothing(amx_rows_size(window));
	for (int row = 0; row < s.kernel_h; row++)
		amx_pack_data(s, row, a.w, pack);
	amx_clear_dz(s, true, (bf16 *)image);
	for (int p = 0; p < s.out_h * s.out_w; p++)
		for (int c = 0; c < s.out_c; c += LANES)
			amx_narrow_channels(vec_load_channels(a.dz + p * s.out_c, c, s.out_c), c, s.out_c,
				(bf16 *)image + amx_dz_at(s, p / s.out_w, p % s.out_w));
	for (int i = 0; i < 2; i++) {
		amx_dz_pairs(s, (const bf16 *)image, (uint32_t *)pairs + i * of_sample, 2 * of_sample);
		amx_planes(s, (struct input){.x = a.x}, (bf16 *)(planes + i * amx_planes_size(s)));
	}
	for (int slot = 0; slot < 2; slot++)
		amx_weights(s, 2, (const bf16 *)planes, (const uint32_t *)pairs, sums + slot * size);
	for (int tap = 0; tap < s.kernel_h * s.kernel_w; tap++)
		amx_unpack(s, tap, 2, size, sums, dw);
	amx_data_all(s, (const bf16 *)image, pack, rows, dx, false);
	amx_data_all(s, (const bf16 *)image, pack, rows, dx, true);
	free(pack), free(image), free(pairs), free(planes), free(sums), free(rows);
}

#define FUNCTIONS(NUMBER, H, W, I, O, K, S, BEFORE, BEHIND) \
	static struct direct shape_##NUMBER(void) \
	{ \
		struct direct s = {.in_h = H, .in_w = W, .in_c = I, .out_c = O, .kernel_h = K, .kernel_w = K, .stride_h = S, .stride_w = S, \
			.dilation_h = 1, .dilation_w = 1, .pad_top = BEFORE, .pad_left = BEFORE, .pad_bottom = BEHIND, .pad_right = BEHIND}; \
		s.out_h = out_size(H, s), s.out_w = out_size(W, s); \
		return s; \
	} \
	static void forward_##NUMBER(struct numbers a, float *y) { forward(shape_##NUMBER(), a, y); } \
	static void backward_##NUMBER(struct numbers a, float *dw, float *dx) { backward(shape_##NUMBER(), a, dw, dx); }
SHAPES(FUNCTIONS)

static const struct shape {
	struct direct (*shape)(void);
	void (*forward)(struct numbers a, float *y);
	void (*backward)(struct numbers a, float *dw, float *dx);
} shapes[] = {
#define SHAPE_ROW(NUMBER, ...) {shape_##NUMBER, forward_##NUMBER, backward_##NUMBER},
	SHAPES(SHAPE_ROW)
};

/* ---- by definition ---- */

static void exact(struct direct s, struct numbers a, double *y, double *dw, double *dx)
{
	for (int at = 0; at < s.out_h * s.out_w * s.kernel_h * s.kernel_w; at++) {
		const int place = at / (s.kernel_h * s.kernel_w), tap = at % (s.kernel_h * s.kernel_w);
		const int h = place / s.out_w * s.stride_h + tap / s.kernel_w - s.pad_top;
		const int w = place % s.out_w * s.stride_w + tap % s.kernel_w - s.pad_left;
		if (h < 0 || h >= s.in_h || w < 0 || w >= s.in_w)
			continue;
		for (int e = 0; e < s.in_c * s.out_c; e++) {
			const int i = (h * s.in_w + w) * s.in_c + e / s.out_c, o = place * s.out_c + e % s.out_c, k = tap * s.in_c * s.out_c + e;
			y[o] += rounded(a.x[i]) * rounded(a.w[k]);
			dw[k] += rounded(a.x[i]) * rounded(a.dz[o]);
			dx[i] += rounded(a.w[k]) * rounded(a.dz[o]);
		}
	}
}

static void compare(const char *what, const float *found, const double *right, double times, int count, int length)
{
	for (int i = 0; i < count; i++)
		expect(what, found[i], times * right[i], length);
}

static void check(const struct shape *shape)
{
	const struct direct s = shape->shape();
	const int in = s.in_h * s.in_w * s.in_c, out = s.out_h * s.out_w * s.out_c, weights = s.kernel_h * s.kernel_w * s.in_c * s.out_c;
	const struct numbers a = {random_numbers(in), random_numbers(weights), random_numbers(out)};
	float *y = nothing(out), *dw = nothing(weights), *dx = nothing(in);
	double *right = calloc((size_t)(in + out + weights), sizeof *right), *right_dw = right + out, *right_dx = right_dw + weights;

	shape->forward(a, y);
	shape->backward(a, dw, dx);
	exact(s, a, right, right_dw, right_dx);
	compare("y", y, right, 1, out, s.kernel_h * s.kernel_w * s.in_c);
	compare("dw", dw, right_dw, 4, weights, s.out_h * s.out_w);
	compare("dx", dx, right_dx, 2, in, s.kernel_h * s.kernel_w * s.out_c);
	free(a.x), free(a.w), free(a.dz), free(y), free(dw), free(dx), free(right);
}

int main(void)
{
	begin();
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		check(&shapes[i]);
	printf("%.1g\n", worst);
	return 0;
}
