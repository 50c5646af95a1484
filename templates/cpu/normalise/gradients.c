{{>cpu/normalise_reference/gradients.c}}
