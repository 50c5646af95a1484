{{>cpu/winograd/evaluate.c}}
