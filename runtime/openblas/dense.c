/* The products of dense layers as calls of OpenBLAS. */
#include <cblas.h>
#include <string.h>
#include <trainc/dense.h>
#include <trainc/openblas.h>

struct operand { const real *at; ptrdiff_t stride; CBLAS_TRANSPOSE as; };

/* Threads of OpenBLAS's own would take the processors from the program's. */
__attribute__((constructor)) static void one_thread_a_call(void)
{
	openblas_set_num_threads(1);
}

/* c[rows][columns] = (c +) a * b, with this many products in each sum */
static void multiply(struct dense_tile p, int depth, struct operand a, struct operand b, real *c, ptrdiff_t stride, bool add)
{
	_Generic((real)0, float: cblas_sgemm, double: cblas_dgemm)(CblasRowMajor, a.as, b.as, p.rows, p.columns, depth, 1,
		a.at, (blasint)a.stride, b.at, (blasint)b.stride, add, c, (blasint)stride);
}

void rt_openblas_forward(int in, int out, int n, ptrdiff_t sample, const real *x, const real *w, int tile, real *sums)
{
	const struct dense_tile p = dense_tile(out, OPENBLAS_OUTPUTS, n, OPENBLAS_ROWS, tile);

	multiply(p, in, (struct operand){x + p.first_row * sample, sample, CblasNoTrans},
		(struct operand){w + p.first, out, CblasNoTrans}, sums, OPENBLAS_OUTPUTS, false);
}

void rt_openblas_weights(int in, int out, int n, ptrdiff_t sample, const real *x, const real *dy, real *dw, real *db, int tile)
{
	const struct dense_tile p = dense_tile(out, OPENBLAS_OUTPUTS, in, OPENBLAS_INPUTS, tile);

	dy += p.first;
	multiply(p, n, (struct operand){x + p.first_row, sample, CblasTrans}, (struct operand){dy, sample, CblasNoTrans},
		dw + (ptrdiff_t)p.first_row * out + p.first, out, false);
	if (!db || p.first_row)
		return;
	memcpy(db + p.first, dy, sizeof *db * (size_t)p.columns);
	for (int i = 1; i < n; i++)
		for (int o = 0; o < p.columns; o++)
			db[p.first + o] += dy[i * sample + o];
}

void rt_openblas_data(int in, int out, int n, ptrdiff_t sample, const real *dy, const real *w, real *dx, bool add, int tile)
{
	const struct dense_tile p = dense_tile(in, OPENBLAS_COLUMNS, n, OPENBLAS_ROWS, tile);

	multiply(p, out, (struct operand){dy + p.first_row * sample, sample, CblasNoTrans},
		(struct operand){w + (ptrdiff_t)p.first * out, out, CblasTrans}, dx + p.first_row * sample + p.first, sample, add);
}
