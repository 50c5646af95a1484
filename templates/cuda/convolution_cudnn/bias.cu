/* d_bias[o] = sum over the parts of all slots, in order */
KERNEL {{function}}({{parameters}})
{
	enum { OUT_C = {{out_c}} };
	const int o = (int)blockIdx.x * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const real sum = channel_sum(0, work.slots * RT_CUDA_PARTS, [=](int p) -> real {
		return o < OUT_C ? sums[(size_t)(p / RT_CUDA_PARTS) * SLOT + p % RT_CUDA_PARTS * OUT_C + o] : 0;
	});

	if (threadIdx.x < RT_CUDA_CHANNELS && o < OUT_C)
		d_bias[o] = sum;
}
