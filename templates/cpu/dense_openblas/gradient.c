{{>cpu/dense/gradient.c}}
