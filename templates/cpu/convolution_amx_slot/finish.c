{{>cpu/convolution_amx/finish.c}}
