{{>cpu/convolution_reference/data.c}}
