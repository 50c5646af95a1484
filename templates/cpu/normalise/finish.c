{{>cpu/normalise_reference/finish.c}}
