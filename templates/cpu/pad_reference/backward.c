/* dx {{assign0}} the inside of dy */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/pad_reference/shape.c}}

	(void)SIZE;
	for (int h = 0; h < IN_H; h++)
		for (int e = 0; e < ROW; e++)
			dx[h * ROW + e] {{assign0}} dy[((h + PAD_TOP) * OUT_W + PAD_LEFT) * CHANNELS + e];
}
