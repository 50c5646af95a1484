/* One part of a slot's sums[kh][kw][i][o] = sum over oh, ow of x[oh * stride + kh * dilation - pad][…][i] * dz[oh][ow][o] and, behind
 * them, [o] = sum of dz; a thread has four channels of every so manyth pixel */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/convolution_few/shape.cu}}
	{{>cuda/convolution/patch.cu}}
	const int slot = (int)blockIdx.x / RT_CUDA_PARTS, part = (int)blockIdx.x % RT_CUDA_PARTS;
	const int begin = slot_begin(work, slot) * OUT_PIXELS, end = slot_begin(work, slot + 1) * OUT_PIXELS;
	const int o = (int)threadIdx.x % QUADS * 4, last = part_begin(begin, end, part + 1);
	real mine[(TAPS + 1) * 4] = {};

	(void)output;
	for (int p = part_begin(begin, end, part) + (int)threadIdx.x / QUADS; p < last; p += RT_CUDA_THREADS / QUADS) {
		real4 dz = load4(d_output + p * OUT_C + o);
		{{#map}}
		const real4 outputs = load4(output + p * OUT_C + o);
#pragma unroll
		for (int j = 0; j < 4; j++) {
			const real y = outputs.v[j], dy = dz.v[j];
			(void)y;
			dz.v[j] = {{map_backward}};
		}
		{{/map}}
#pragma unroll
		for (int e = 0; e <= TAPS; e++) {
			const real under = e < TAPS ? patch(p, e) : 1;
#pragma unroll
			for (int j = 0; j < 4; j++)
				mine[e * 4 + j] += under * dz.v[j];
		}
	}
	block_fold(mine, QUADS);
	if (threadIdx.x >= QUADS)
		return;
	real *to = sums + (size_t)slot * SLOT + part * (TAPS + 1) * OUT_C + o;
#pragma unroll
	for (int e = 0; e < (TAPS + 1) * 4; e++)
		to[e / 4 * OUT_C + e % 4] = mine[e];
}
