/* y = relu of the largest of each 2x2 window{{#mask}}, / (1 - rate) where kept, 0 where dropped{{/mask}}; a byte of places tells backward which of the
 * four that is, or NONE where no gradient passes. Four channels a thread{{#mask}}, which share a counter of random words{{/mask}}. */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/relu_pool/shape.cu}}
	{{#mask}}
	{{>cuda/max_pool_mask/random.cu}}
	{{/mask}}

	EACH (q, work.n * OUT_PIXELS * QUADS) {
		{{>cuda/relu_pool/window.cu}}
		real4 largest;
		uint32_t four = 0;
		{{#mask}}
		uint32_t words[4];
		philox_words(random(q / (QUADS * OUT_PIXELS)), (uint32_t)(q % (QUADS * OUT_PIXELS)), words);
		{{/mask}}
#pragma unroll
		for (int j = 0; j < 4; j++) {
			real most = window[0].v[j];
			int best = 0;
			for (int k = 1; k < 4; k++)
				if (!(window[k].v[j] <= most || most != most)) {
					most = window[k].v[j];
					best = k;
				}
			largest.v[j] = {{#mask}}words[j] < below ? 0 : scale * {{/mask}}real_max(most, 0);
			four |= (uint32_t)(most > 0{{#mask}} && words[j] >= below{{/mask}} ? best : NONE) << 8 * j;
		}
		store4(y + q * 4, largest);
		((uint32_t *)places)[q] = four;
	}
}
