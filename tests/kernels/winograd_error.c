/* Winograd's convolution of one sample beside the direct one, both in float, against sums in double: what four-fold fewer
 * products cost in precision, for each shape of the shipped specs and for outputs that fill their tiles badly. Prints the
 * largest error, or a table of all with the argument "table"; exits with 1 where one is above BOUND. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <trainc/winograd.h>

static const double BOUND = 1e-5;       /* of the largest number; docs/performance.md has what was seen */
enum { ARRAYS = 3 };    /* outputs, gradients of weights and of inputs */

/* Of a function for each shape, whose sizes are constants as in generated programs: tile, height and width in and out,
 * channels in and out */
#define SHAPES(ROW) \
	ROW(4, 26, 24, 32, 64, "mnist_cnn") ROW(4, 32, 32, 32, 32, "vgg") ROW(4, 16, 16, 64, 64, "vgg") \
	ROW(4, 8, 8, 128, 128, "vgg") ROW(4, 32, 32, 16, 16, "resnet20") ROW(4, 14, 14, 64, 64, "") ROW(4, 7, 7, 64, 64, "") \
	ROW(4, 3, 3, 64, 64, "") ROW(2, 6, 6, 64, 64, "") ROW(2, 7, 5, 64, 64, "") ROW(2, 4, 2, 64, 64, "")

/* y is put together from x and w, dw from x and dy, dx from w and dy. */
struct numbers { float *x, *w, *dy; };

static uint64_t random_state = 5;

static double random_number(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (double)(random_state >> 11) / (double)(1ull << 52) - 1;
}

/* aligned, zeroed */
static void *memory(size_t bytes)
{
	void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
	if (!p)
		exit(3);
	return memset(p, 0, (bytes + 127) / 64 * 64);
}

static float *random_numbers(size_t count, double least)
{
	float *x = memory(sizeof *x * count);
	for (size_t i = 0; i < count; i++)
		x[i] = (float)fmax(random_number(), least);
	return x;
}

/* ---- by definition, in float and in double ---- */

#define DIRECT(NAME, TYPE) \
static void NAME(struct winograd s, struct numbers a, TYPE *y, TYPE *dw, TYPE *dx) \
{ \
	for (int at = 0; at < s.out_h * s.out_w * 9; at++) { \
		const int place = at / 9, tap = at % 9; \
		const int row = place / s.out_w + tap / 3 - s.pad_top, column = place % s.out_w + tap % 3 - s.pad_left; \
		if (row < 0 || row >= s.in_h || column < 0 || column >= s.in_w) \
			continue; \
		for (int e = 0; e < s.in_c * s.out_c; e++) { \
			const int i = (row * s.in_w + column) * s.in_c + e / s.out_c, o = place * s.out_c + e % s.out_c; \
			const int k = tap * s.in_c * s.out_c + e; \
			y[o] += (TYPE)a.x[i] * (TYPE)a.w[k]; \
			dw[k] += (TYPE)a.x[i] * (TYPE)a.dy[o]; \
			dx[i] += (TYPE)a.w[k] * (TYPE)a.dy[o]; \
		} \
	} \
}
DIRECT(direct, float)
DIRECT(exact, double)

/* ---- by Winograd, as the templates of the kernel call it ---- */

INLINE void forward(struct winograd s, struct numbers a, float *y)
{
	const int block = winograd_block(s, WINOGRAD_FORWARD), tiles = winograd_tiles(s);
	const size_t real_size = sizeof(float);
	float *pack = memory(real_size * (size_t)(winograd_points(s.tile) * s.in_c * padded(s.out_c)));
	float *v = memory(real_size * (size_t)winograd_size(s.tile, block, s.in_c));
	float *m = memory(real_size * (size_t)winograd_size(s.tile, block, WINOGRAD_PANEL));

	for (int c = 0; c < s.in_c; c++)
		winograd_pack(s.tile, s.in_c, s.out_c, c, a.w, pack);
	for (int first = 0; first < tiles; first += block) {
		const int n = at_most(tiles - first, block);
		winograd_inputs(s, (struct input){.x = a.x}, 0, first, n, block, v);
		for (int c = 0; c < s.out_c; c += LANES) {
			const int panel = c / WINOGRAD_PANEL * WINOGRAD_PANEL;
			if (c == panel)
				winograd_outputs(s, panel, n, block, v, pack, m, NULL);
			for (int t = 0; t < n; t++) {
				vec z[4][4];
				winograd_tile(s.tile, m + t * WINOGRAD_PANEL + c - panel, winograd_point(block, WINOGRAD_PANEL), z);
				for (int k = 0; k < s.tile * s.tile; k++) {
					const ptrdiff_t at = winograd_place(s, first + t, k / s.tile, k % s.tile);
					if (at >= 0)
						vec_store_channels(y + at, z[k / s.tile][k % s.tile], c, s.out_c);
				}
			}
		}
	}
	free(pack), free(v), free(m);
}

INLINE void transform_gradient(struct winograd s, const float *dy, int tile, int block, float *m)
{
	for (int c = 0; c < s.out_c; c += LANES) {
		vec dz[4][4] = {0};
		for (int k = 0; k < s.tile * s.tile; k++) {
			const ptrdiff_t at = winograd_place(s, tile, k / s.tile, k % s.tile);
			if (at >= 0)
				dz[k / s.tile][k % s.tile] = vec_load_channels(dy + at, c, s.out_c);
		}
		winograd_tile_adjoint(s.tile, dz, m + c, winograd_point(block, s.out_c));
	}
}

INLINE void backward(struct winograd s, struct numbers a, float *dw, float *dx)
{
	const int block = winograd_block(s, WINOGRAD_BACKWARD), tiles = winograd_tiles(s);
	const size_t real_size = sizeof(float);
	float *pack = memory(real_size * (size_t)(winograd_points(s.tile) * s.out_c * padded(s.in_c)));
	float *sums = memory(real_size * (size_t)(winograd_points(s.tile) * s.in_c * padded(s.out_c)));
	float *v = memory(real_size * (size_t)winograd_size(s.tile, block, s.in_c));
	float *m = memory(real_size * (size_t)winograd_size(s.tile, block, s.out_c));

	for (int o = 0; o < s.out_c; o++)
		winograd_pack_transposed(s.tile, s.in_c, s.out_c, o, a.w, pack);
	for (int first = 0; first < tiles; first += block) {
		const int n = at_most(tiles - first, block);
		for (int t = 0; t < n; t++)
			transform_gradient(s, a.dy, first + t, block, m + t * padded(s.out_c));
		winograd_inputs(s, (struct input){.x = a.x}, 0, first, n, block, v);
		winograd_gradients(s, n, block, v, m, pack, sums, true, NULL);
		winograd_inputs_adjoint(s, v, first, n, block, dx, 0);
	}
	for (int c = 0; c < s.in_c; c++)
		winograd_unpack(s.tile, s.in_c, s.out_c, c, 1, 0, sums, dw);
	free(pack), free(sums), free(v), free(m);
}

/* ---- comparing ---- */

/* The largest error, of the largest number */
static double error(const float *found, const double *right, size_t count)
{
	double most = 0, largest = 0;
	for (size_t i = 0; i < count; i++) {
		const double e = fabs((double)found[i] - right[i]);
		most = e <= most ? most : e;            /* NaN is no smaller */
		largest = fmax(largest, fabs(right[i]));
	}
	return most / largest;
}

/* Errors of outputs, of gradients by weights and by inputs: Winograd's, then the direct convolution's */
INLINE void compare(struct winograd s, double errors[2][ARRAYS])
{
	const size_t counts[ARRAYS] = {(size_t)(s.out_h * s.out_w * s.out_c), (size_t)(9 * s.in_c * s.out_c),
		(size_t)(s.in_h * s.in_w * s.in_c)};
	const struct numbers a = {random_numbers(counts[2], 0), random_numbers(counts[1], -1), random_numbers(counts[0], -1)};
	float *found[2][ARRAYS];
	double *right[ARRAYS];

	for (int k = 0; k < ARRAYS; k++) {
		right[k] = memory(sizeof *right[k] * counts[k]);
		for (int method = 0; method < 2; method++)
			found[method][k] = memory(sizeof *found[method][k] * counts[k]);
	}
	exact(s, a, right[0], right[1], right[2]);
	direct(s, a, found[1][0], found[1][1], found[1][2]);
	forward(s, a, found[0][0]);
	backward(s, a, found[0][1], found[0][2]);
	for (int k = 0; k < ARRAYS; k++)
		for (int method = 0; method < 2; method++)
			errors[method][k] = error(found[method][k], right[k], counts[k]);
}

#define COMPARE(TILE, IN, OUT, IN_C, OUT_C, WHERE) \
static void compare_##OUT##_##IN_C(double errors[2][ARRAYS]) \
{ \
	compare((struct winograd){IN, IN, IN_C, OUT, OUT, OUT_C, (OUT + 2 - IN) / 2, (OUT + 2 - IN) / 2, 1, TILE}, errors); \
}
SHAPES(COMPARE)

#define NAME(TILE, IN, OUT, IN_C, OUT_C, WHERE) {"F(" #TILE "x" #TILE "), " #OUT "x" #OUT ", " #IN_C " to " #OUT_C, WHERE, \
	compare_##OUT##_##IN_C},
static const struct { const char *shape, *where; void (*compare)(double errors[2][ARRAYS]); } shapes[] = {SHAPES(NAME)};

int main(int argc, char **argv)
{
	const bool table = argc > 1 && !strcmp(argv[1], "table");
	double worst = 0;

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		double errors[2][ARRAYS];
		shapes[i].compare(errors);
		if (table)
			printf("| %s | %s |", shapes[i].shape, shapes[i].where);
		for (int k = 0; k < ARRAYS; k++) {
			worst = errors[0][k] <= worst ? worst : errors[0][k];
			if (table)
				printf(" %.1f, %.1f |%s", 1e7 * errors[0][k], 1e7 * errors[1][k], k == ARRAYS - 1 ? "\n" : "");
		}
	}
	if (!table)
		printf("%.1g\n", worst);
	return worst <= BOUND ? 0 : 1;
}
