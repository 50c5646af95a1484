{{>cuda/convolution/shape.cu}}
enum { TAPS = KERNEL_H * KERNEL_W * IN_C, QUADS = OUT_C / 4 };
