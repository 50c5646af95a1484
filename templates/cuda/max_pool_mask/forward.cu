/* y[oh][ow][c] = the largest x[h][w][c] of its window, / (1 - rate) where kept, 0 where dropped; four elements a thread, which
 * share a counter of random words */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/max_pool/shape.cu}}
	{{>cuda/max_pool_mask/random.cu}}
	enum { QUADS = (SIZE + 3) / 4 };

	EACH (q, work.n * QUADS) {
		const int sample = q / QUADS;
		uint32_t words[4];
		philox_words(random(sample), (uint32_t)(q % QUADS), words);
		for (int j = 0; j < 4 && q % QUADS * 4 + j < SIZE; j++) {
			const int e = q % QUADS * 4 + j, c = e % CHANNELS, oh = e / CHANNELS / OUT_W, ow = e / CHANNELS % OUT_W;
			const real *from = x + sample * (IN_PIXELS * CHANNELS) + c;
			{{>cuda/max_pool/largest.cu}}
			y[sample * SIZE + e] = words[j] < below ? 0 : most * scale;
		}
	}
}
