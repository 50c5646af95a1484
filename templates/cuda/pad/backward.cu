/* dx {{assign0}} the inside of dy */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/pad/shape.cu}}

	(void)OUT_H;
	EACH (e, work.n * IN_SIZE) {
		const int p = (e % IN_SIZE) / CHANNELS, h = p / IN_W + PAD_TOP, w = p % IN_W + PAD_LEFT;
		dx[e] {{assign0}} dy[e / IN_SIZE * OUT_SIZE + (h * OUT_W + w) * CHANNELS + e % CHANNELS];
	}
}
