{{>cpu/normalise_reference/fold.c}}
