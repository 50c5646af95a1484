{{>cpu/normalise_reference/mean.c}}
