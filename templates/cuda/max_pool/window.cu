const int top = oh * STRIDE_H - PAD_TOP, left = ow * STRIDE_W - PAD_LEFT;
const int h0 = top < 0 ? 0 : top, h1 = top + POOL_H < IN_H ? top + POOL_H : IN_H;
const int w0 = left < 0 ? 0 : left, w1 = left + POOL_W < IN_W ? left + POOL_W : IN_W;
