	enum { GROUPS = CHANNEL_GROUPS(LENGTH) };
	const int slot = (int)blockIdx.x / GROUPS;
	const int l = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const int begin = rt_cuda_slot_begin(work.n, slot) * COUNT;
	const int end = rt_cuda_slot_begin(work.n, slot + 1) * COUNT;
	auto element = [=](int i) { return i / INNER * LENGTH * INNER + l * INNER + i % INNER; };
