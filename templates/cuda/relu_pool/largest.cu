real most = window[0].v[j];
int best = 0;
for (int k = 1; k < 4; k++)
	if (!(window[k].v[j] <= most || most != most)) {
		most = window[k].v[j];
		best = k;
	}
