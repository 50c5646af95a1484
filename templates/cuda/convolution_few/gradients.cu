/* d_kernel = sum over the parts of all slots, in order{{#w1}}, and d_bias, which lies behind it{{/w1}} */
KERNEL {{function}}({{parameters}})
{
	enum { WEIGHTS = {{kernel_h}} * {{kernel_w}} * {{in_c}} * {{out_c}}, COUNT = WEIGHTS + {{out_c}} };
	const int e = (int)blockIdx.x * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const real sum = channel_sum(0, work.slots * RT_CUDA_PARTS, [=](int p) -> real {
		return e < COUNT ? sums[(size_t)(p / RT_CUDA_PARTS) * SLOT + p % RT_CUDA_PARTS * COUNT + e] : 0;
	});

	if (threadIdx.x >= RT_CUDA_CHANNELS)
		return;
	if (e < WEIGHTS)
		d_kernel[e] = sum;
	{{#w1}}
	else if (e < COUNT)
		d_bias[e - WEIGHTS] = sum;
	{{/w1}}
}
