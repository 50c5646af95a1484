{{>cpu/winograd/pack_data.c}}
