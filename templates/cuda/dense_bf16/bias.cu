/* d_bias[o] = sum over samples of dy[o], which is not rounded here */
KERNEL {{function}}({{parameters}})
{
	enum { OUT = {{out_size}} };
	const int o = (int)blockIdx.x * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	{{>cuda/dense/gradient.cu}}
	const real sum = channel_sum(0, work.n, [=](int n) -> real { return o < OUT ? gradient(o, n) : 0; });

	(void)output;
	if (threadIdx.x < RT_CUDA_CHANNELS && o < OUT)
		d_bias[o] = sum;
}
