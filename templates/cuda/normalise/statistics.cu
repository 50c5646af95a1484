/* A slot's mean and squared deviations, one pair a length: sums = mean[LENGTH], squares[LENGTH] */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/normalise/shape.cu}}
	{{>cuda/normalise/channel.cu}}
	const real mean = channel_sum(begin, end, [=](int i) -> real { return l < LENGTH ? x[element(i)] : 0; }) / (real)(end - begin);
	const real squares = channel_sum(begin, end, [=](int i) -> real {
		const real d = l < LENGTH ? x[element(i)] - mean : 0;
		return d * d;
	});

	if (threadIdx.x >= RT_CUDA_CHANNELS || l >= LENGTH)
		return;
	real *to = sums + (work.slot_first + slot) * 2 * LENGTH;
	to[l] = mean;
	to[LENGTH + l] = squares;
}
