{{>cpu/winograd_sparse/backward.c}}
