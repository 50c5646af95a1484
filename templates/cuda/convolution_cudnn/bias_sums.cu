/* One part of a slot's sums[o] = sum of dz over samples and pixels: cuDNN's own is slow for channels that lie innermost */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/convolution_cudnn/channel.cu}}
	const real sum = channel_sum(first, last, [=](int p) -> real { return o < OUT_C ? dz[p * OUT_C + o] : 0; });

	if (threadIdx.x < RT_CUDA_CHANNELS && o < OUT_C)
		sums[(size_t)slot * SLOT + part * OUT_C + o] = sum;
}
