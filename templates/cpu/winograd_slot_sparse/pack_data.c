{{>cpu/winograd_sparse/pack_data.c}}
