/* A slot's sums[l] = sum of dy, sums[LENGTH + l] = sum of dy * normalised x */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/normalise/shape.cu}}
	{{>cuda/normalise/channel.cu}}
	const real mean = l < LENGTH ? batch[l] : 0, rate = l < LENGTH ? batch[LENGTH + l] : 0;
	const real plain = channel_sum(begin, end, [=](int i) -> real { return l < LENGTH ? dy[element(i)] : 0; });
	const real with = channel_sum(begin, end, [=](int i) -> real {
		return l < LENGTH ? dy[element(i)] * ((x[element(i)] - mean) * rate) : 0;
	});

	if (threadIdx.x >= RT_CUDA_CHANNELS || l >= LENGTH)
		return;
	real *to = sums + (work.slot_first + slot) * 2 * LENGTH;
	to[l] = plain;
	to[LENGTH + l] = with;
}
