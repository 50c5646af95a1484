/* four channels of output q's window, row by row */
const real *from = x + ((q / (QUADS * OUT_PIXELS) * IN_H + q / QUADS / OUT_W % OUT_H * 2) * IN_W + q / QUADS % OUT_W * 2) * CHANNELS
	+ q % QUADS * 4;
const real4 window[4] = {load4(from), load4(from + CHANNELS), load4(from + IN_W * CHANNELS),
	load4(from + (IN_W + 1) * CHANNELS)};
