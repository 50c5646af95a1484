{{>cuda/max_pool/window.cu}}
int best = h0 * IN_W + w0;
for (int i = h0; i < h1; i++)
	for (int j = w0; j < w1; j++)
		if (from[(i * IN_W + j) * CHANNELS] > from[best * CHANNELS])
			best = i * IN_W + j;
