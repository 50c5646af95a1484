{{>cpu/winograd/activation.c}}

INLINE void {{function}}_pixels(struct direct s, int pixels, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	vec sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS];
	UNROLL for (int n = 0; n < columns; n++)
		UNROLL for (int p = 0; p < pixels; p++)
			sum[p][n] = bias ? vec_load_channels(bias, c + n * LANES, s.out_c) : (vec){0};
	direct_block(direct_forward(s), pixels, columns, x, pack, sum);
	UNROLL for (int p = 0; p < pixels; p++)
		UNROLL for (int n = 0; n < columns; n++)
			vec_store_channels(to + p * s.out_c, s.out_c % LANES ? sum[p][n] : {{function}}_activation(sum[p][n]), c + n * LANES, s.out_c);
}

INLINE void {{function}}_panel(struct direct s, int rows, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	const struct direct_split blocks = direct_split(s.out_w, block_rows(columns));
	const ptrdiff_t step = (ptrdiff_t)s.stride_w * s.in_c, row = (ptrdiff_t)s.stride_h * direct_width(s) * s.in_c;
	for (int h = 0; h < rows; h++, x += row, to += s.out_w * s.out_c) {
		int w = 0;
		for (int i = 0; i < blocks.n_large; i++, w += blocks.large)
			{{function}}_pixels(s, blocks.large, columns, x + w * step, pack, bias, c, to + w * s.out_c);
		for (int i = 0; i < blocks.n_small; i++, w += blocks.small)
			{{function}}_pixels(s, blocks.small, columns, x + w * step, pack, bias, c, to + w * s.out_c);
	}
}

/* Rows of the convolution. A panel of the pack stays in the caches for all of them. Where a vector has no whole number of
 * channels, the activation waits until they lie side by side. */
INLINE void {{function}}_rows(struct direct s, int rows, const real *x, const real *pack, const real *bias, real *to)
{
	const int vectors = vectors_of(s.out_c), whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	const int depth = s.kernel_h * s.kernel_w * s.in_c;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		{{function}}_panel(s, rows, BLOCK_COLUMNS, x, pack + (ptrdiff_t)v * LANES * depth, bias, v * LANES, to);
	if (whole < vectors)
		{{function}}_panel(s, rows, vectors - whole, x, pack + (ptrdiff_t)whole * LANES * depth, bias, whole * LANES, to);
	{{#map}}
	const int numbers = s.out_c % LANES ? rows * s.out_w * s.out_c : 0;
	for (int e = 0; e < numbers; e += LANES)
		vec_store_channels(to, {{function}}_activation(vec_load_channels(to, e, numbers)), e, numbers);
	{{/map}}
}
