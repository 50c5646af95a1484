{{>cpu/winograd/forward.c}}
