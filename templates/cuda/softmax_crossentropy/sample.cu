enum { SIZE = {{length}} };
const int lane = (int)threadIdx.x % 32, i = (int)((blockIdx.x * RT_CUDA_THREADS + threadIdx.x) / 32), first = i * SIZE;
const real fuzz = (real)({{fuzz}});
if (i >= work.n)
	return;

const int label = (int)data_label(work, i);
real most = x[first], sum = 0;
for (int c = lane; c < SIZE; c += 32)
	most = real_max(most, x[first + c]);
most = warp_max(most);
for (int c = lane; c < SIZE; c += 32)
	sum += y[first + c] = real_exp(x[first + c] - most);
sum = warp_sum(sum);
for (int c = lane; c < SIZE; c += 32)
	y[first + c] /= sum;
const real share = real_exp(x[first + label] - most) / sum;
if (lane == 0)
	work.loss[i] = -real_log(real_min(real_max(share, fuzz), 1 - fuzz));
