/* y[oh][ow][o] = {{#map}}{{map_name}} of {{/map}}{{#w1}}bias[o] + {{/w1}}sum over kh, kw, i of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]:
 * a thread has four channels, with their kernel in registers */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/convolution_few/shape.cu}}
	{{>cuda/convolution/patch.cu}}
	const int o = (int)threadIdx.x % QUADS * 4;
	real weights[TAPS][4];
#pragma unroll
	for (int e = 0; e < TAPS * 4; e++)
		weights[e / 4][e % 4] = kernel[e / 4 * OUT_C + o + e % 4];

	EACH (q, work.n * OUT_PIXELS * QUADS) {
		real4 sums = {};
		{{#w1}}
#pragma unroll
		for (int j = 0; j < 4; j++)
			sums.v[j] = bias[o + j];
		{{/w1}}
#pragma unroll
		for (int e = 0; e < TAPS; e++) {
			const real under = patch(q / QUADS, e);
#pragma unroll
			for (int j = 0; j < 4; j++)
				sums.v[j] += under * weights[e][j];
		}
		{{#map}}
#pragma unroll
		for (int j = 0; j < 4; j++) {
			const real x = sums.v[j];
			sums.v[j] = {{map_forward}};
		}
		{{/map}}
		store4(output + q * 4, sums);
	}
}
