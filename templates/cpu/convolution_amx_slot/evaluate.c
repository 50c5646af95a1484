{{>cpu/convolution_amx/evaluate.c}}
