/* which part of a slot's pixels, and which channel, are this thread's */
enum { OUT_C = {{out_c}}, OUT_PIXELS = {{out_h}} * {{out_w}}, GROUPS = CHANNEL_GROUPS(OUT_C) };
const int slot = (int)blockIdx.x / GROUPS / RT_CUDA_PARTS, part = (int)blockIdx.x / GROUPS % RT_CUDA_PARTS;
const int begin = slot_begin(work, slot) * OUT_PIXELS, end = slot_begin(work, slot + 1) * OUT_PIXELS;
const int first = part_begin(begin, end, part), last = part_begin(begin, end, part + 1);
const int o = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
