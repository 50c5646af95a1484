/* y = softmax of x, its loss as the kernel loss has it{{#dx0}}, and dx {{assign0}} (y - [c = label]) / batch, 0 where the clip holds: the two
 * derivatives together{{/dx0}}; a sample a warp */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/softmax_crossentropy/sample.cu}}
	{{#dx0}}
	const real part = share >= fuzz && share <= 1 - fuzz ? 1 / (real)work.total : 0;
	for (int c = lane; c < SIZE; c += 32)
		dx[first + c] {{assign0}} part * (y[first + c] - (c == label));
	{{/dx0}}
}
