/* the windows that element e of the input lies in */
const int c = e % CHANNELS, ih = (e / CHANNELS % IN_PIXELS) / IN_W, iw = e / CHANNELS % IN_W;
const int sample = e / (IN_PIXELS * CHANNELS);
const int h = ih + PAD_TOP, w = iw + PAD_LEFT;
const int oh0 = h < POOL_H ? 0 : (h - POOL_H) / STRIDE_H + 1, oh1 = h / STRIDE_H + 1 < OUT_H ? h / STRIDE_H + 1 : OUT_H;
const int ow0 = w < POOL_W ? 0 : (w - POOL_W) / STRIDE_W + 1, ow1 = w / STRIDE_W + 1 < OUT_W ? w / STRIDE_W + 1 : OUT_W;
