/* y = relu of the largest of each 2x2 window; four channels a thread */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/relu_pool/shape.cu}}

	EACH (q, work.n * OUT_PIXELS * QUADS) {
		{{>cuda/relu_pool/window.cu}}
		real4 largest;
#pragma unroll
		for (int j = 0; j < 4; j++) {
			real most = window[0].v[j];
			for (int k = 1; k < 4; k++)
				most = real_max(most, window[k].v[j]);
			largest.v[j] = real_max(most, 0);
		}
		store4(y + q * 4, largest);
	}
}
