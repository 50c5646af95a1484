/* One part of a slot's sums[o] = sum of dy{{#map}} * {{map_name}}'(x){{/map}} over samples and pixels; these numbers are not rounded */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/convolution_cudnn/channel.cu}}
	{{>cuda/convolution/gradient.cu}}
	const real sum = channel_sum(first, last, [=](int p) -> real { return o < OUT_C ? gradient(o, p) : 0; });

	(void)output;
	if (threadIdx.x < RT_CUDA_CHANNELS && o < OUT_C)
		sums[(size_t)slot * SLOT + part * OUT_C + o] = sum;
}
