{{>cpu/winograd/pack.c}}
