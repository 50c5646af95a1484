{{>cpu/convolution_amx/pack.c}}
