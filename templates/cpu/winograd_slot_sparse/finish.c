{{>cpu/winograd_sparse/finish.c}}
