{{>cpu/convolution_amx/pack_data.c}}
