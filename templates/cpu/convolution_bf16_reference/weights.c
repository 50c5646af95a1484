{{>cpu/convolution_reference/weights.c}}
