{{>cpu/convolution_amx/forward.c}}
