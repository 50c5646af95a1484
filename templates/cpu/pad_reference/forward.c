/* y = x with zeros around */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/pad_reference/shape.c}}

	memset(y, 0, sizeof *y * SIZE);
	for (int h = 0; h < IN_H; h++)
		memcpy(y + ((h + PAD_TOP) * OUT_W + PAD_LEFT) * CHANNELS, x + h * ROW, sizeof *y * ROW);
}
