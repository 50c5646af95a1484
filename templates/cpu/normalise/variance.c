{{>cpu/normalise_reference/variance.c}}
