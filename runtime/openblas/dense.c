/* The products of dense layers as calls of OpenBLAS. */
#include <cblas.h>
#include <string.h>
#include <trainc/openblas.h>

struct operand { const real *at; ptrdiff_t stride; CBLAS_TRANSPOSE as; };

/* A rectangle of a matrix with this many columns, cut into tiles of height x width, counted row by row */
struct part { int row, column, rows, columns; };

/* Threads of OpenBLAS's own would take the processors from the program's. */
__attribute__((constructor)) static void one_thread_a_call(void)
{
	openblas_set_num_threads(1);
}

static int at_most(int n, int most)
{
	return n < most ? n : most;
}

static struct part part_of(int rows, int columns, int height, int width, int tile)
{
	const int across = (columns + width - 1) / width;
	const int row = tile / across * height, column = tile % across * width;
	return (struct part){row, column, at_most(rows - row, height), at_most(columns - column, width)};
}

/* c[rows][columns] = (c +) a * b, with this many products in each sum */
static void multiply(struct part p, int depth, struct operand a, struct operand b, real *c, ptrdiff_t stride, bool add)
{
	_Generic((real)0, float: cblas_sgemm, double: cblas_dgemm)(CblasRowMajor, a.as, b.as, p.rows, p.columns, depth, 1,
		a.at, (blasint)a.stride, b.at, (blasint)b.stride, add, c, (blasint)stride);
}

void rt_openblas_forward(int in, int out, int n, ptrdiff_t sample, const real *x, const real *w, int tile, real *sums)
{
	const struct part p = part_of(n, out, OPENBLAS_ROWS, OPENBLAS_OUTPUTS, tile);

	multiply(p, in, (struct operand){x + p.row * sample, sample, CblasNoTrans},
		(struct operand){w + p.column, out, CblasNoTrans}, sums, OPENBLAS_OUTPUTS, false);
}

void rt_openblas_weights(int in, int out, int n, ptrdiff_t sample, const real *x, const real *dy, real *dw, real *db, int tile)
{
	const struct part p = part_of(in, out, OPENBLAS_INPUTS, OPENBLAS_OUTPUTS, tile);

	dy += p.column;
	multiply(p, n, (struct operand){x + p.row, sample, CblasTrans}, (struct operand){dy, sample, CblasNoTrans},
		dw + (ptrdiff_t)p.row * out + p.column, out, false);
	if (!db || p.row)
		return;
	memcpy(db + p.column, dy, sizeof *db * (size_t)p.columns);
	for (int i = 1; i < n; i++)
		for (int o = 0; o < p.columns; o++)
			db[p.column + o] += dy[i * sample + o];
}

void rt_openblas_data(int in, int out, int n, ptrdiff_t sample, const real *dy, const real *w, real *dx, bool add, int tile)
{
	const struct part p = part_of(n, in, OPENBLAS_ROWS, OPENBLAS_COLUMNS, tile);

	multiply(p, out, (struct operand){dy + p.row * sample, sample, CblasNoTrans},
		(struct operand){w + (ptrdiff_t)p.column * out, out, CblasTrans}, dx + p.row * sample + p.column, sample, add);
}
