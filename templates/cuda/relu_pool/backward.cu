/* dx {{assign0}} dy{{#mask}} / (1 - rate){{/mask}} at its window's place, 0 elsewhere; a thread has four channels of a window, also of those that
 * pooling leaves out at odd edges */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/relu_pool/shape.cu}}
	enum { WINDOWS_H = (IN_H + 1) / 2, WINDOWS_W = (IN_W + 1) / 2 };
	{{#mask}}
	const real scale = (real)(1 / (1 - {{rate}}));
	{{/mask}}

	EACH (q, work.n * WINDOWS_H * WINDOWS_W * QUADS) {
		const int c = q % QUADS * 4, ow = q / QUADS % WINDOWS_W, oh = q / QUADS / WINDOWS_W % WINDOWS_H;
		const int sample = q / (QUADS * WINDOWS_W * WINDOWS_H), o = ((sample * OUT_H + oh) * OUT_W + ow) * CHANNELS + c;
		const bool whole = oh < OUT_H && ow < OUT_W;
		const real4 gradient = whole ? load4(dy + o) : real4{};
		const uint32_t four = whole ? ((const uint32_t *)places)[o / 4] : NONE * 0x01010101u;
#pragma unroll
		for (int k = 0; k < 4; k++) {
			const int h = 2 * oh + k / 2, w = 2 * ow + k % 2;
			if (h >= IN_H || w >= IN_W)
				continue;
			real *to = dx + ((sample * IN_H + h) * IN_W + w) * CHANNELS + c;
			real4 d{{^first0}} = load4(to){{/first0}};
#pragma unroll
			for (int j = 0; j < 4; j++)
				d.v[j] {{assign0}} (four >> 8 * j & 0xff) == k ? gradient.v[j]{{#mask}} * scale{{/mask}} : 0;
			store4(to, d);
		}
	}
}
