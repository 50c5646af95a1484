enum { GROUPS = CHANNEL_GROUPS(LENGTH) };
const int slot = (int)blockIdx.x / GROUPS;
const int l = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
const int begin = slot_begin(work, slot) * COUNT;
const int end = slot_begin(work, slot + 1) * COUNT;
auto element = [=](int i) { return i / INNER * LENGTH * INNER + l * INNER + i % INNER; };
