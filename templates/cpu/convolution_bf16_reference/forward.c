{{>cpu/convolution_reference/forward.c}}
