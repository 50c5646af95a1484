/* y = x with zeros around */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/pad/shape.cu}}

	(void)OUT_H;
	EACH (e, work.n * OUT_SIZE) {
		const int p = (e % OUT_SIZE) / CHANNELS, h = p / OUT_W - PAD_TOP, w = p % OUT_W - PAD_LEFT;
		const bool inside = h >= 0 && h < IN_H && w >= 0 && w < IN_W;
		y[e] = inside ? x[e / OUT_SIZE * IN_SIZE + (h * IN_W + w) * CHANNELS + e % CHANNELS] : 0;
	}
}
