/* One part of a slot's sums[o] = sum of dz over samples and pixels: cuDNN's own is slow for channels that lie innermost */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ dz, real *__restrict__ sums)
{
	enum { OUT_C = {{out_c}}, OUT_PIXELS = {{out_h}} * {{out_w}}, GROUPS = CHANNEL_GROUPS(OUT_C) };
	const int slot = (int)blockIdx.x / GROUPS / RT_CUDA_PARTS, part = (int)blockIdx.x / GROUPS % RT_CUDA_PARTS;
	const int begin = slot_begin(work, slot) * OUT_PIXELS, end = slot_begin(work, slot + 1) * OUT_PIXELS;
	const int o = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const real sum = channel_sum(part_begin(begin, end, part), part_begin(begin, end, part + 1),
		[=](int p) -> real { return o < OUT_C ? dz[p * OUT_C + o] : 0; });

	if (threadIdx.x < RT_CUDA_CHANNELS && o < OUT_C)
		sums[(size_t)slot * SLOT + part * OUT_C + o] = sum;
}
