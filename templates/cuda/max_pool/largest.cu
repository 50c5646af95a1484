{{>cuda/max_pool/window.cu}}
real most = from[(h0 * IN_W + w0) * CHANNELS];
for (int h = h0; h < h1; h++)
	for (int w = w0; w < w1; w++) {
		const real v = from[(h * IN_W + w) * CHANNELS];
		most = v <= most || most != most ? most : v;
	}
