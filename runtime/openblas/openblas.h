/* Dense layers by OpenBLAS, over the whole batch in tiles. Which tiles there are depends on the shapes alone, and each is one
 * call by one thread: the bits are the same for any number of threads. */
#ifndef TRAINC_OPENBLAS_H
#define TRAINC_OPENBLAS_H
#include <stdbool.h>
#include <stddef.h>
#include <trainc/real.h>

/* A call packs its operands anew: larger tiles are faster, and fewer threads have something to do. */
enum {
	OPENBLAS_ROWS = 64,     /* samples of a tile */
	OPENBLAS_OUTPUTS = 256, /* columns of a tile of outputs, and of the weights' gradient */
	OPENBLAS_INPUTS = 192,  /* rows of a tile of the weights' gradient */
	OPENBLAS_COLUMNS = 1024 /* columns of a tile of the gradient by data */
};

/* sums[row of the tile][OPENBLAS_OUTPUTS] = x[n][in] * w[in][out] for one tile; rows of x are a sample apart */
void rt_openblas_forward(int in, int out, int n, ptrdiff_t sample, const real *x, const real *w, int tile, real *sums);
/* dw[in][out] = sum over n of x[n][in] * dy[n][out], and db of dy unless it is NULL, for one tile */
void rt_openblas_weights(int in, int out, int n, ptrdiff_t sample, const real *x, const real *dy, real *dw, real *db, int tile);
/* dx[n][in] = (dx +) dy[n][out] * w' for one tile */
void rt_openblas_data(int in, int out, int n, ptrdiff_t sample, const real *dy, const real *w, real *dx, bool add, int tile);

#endif
