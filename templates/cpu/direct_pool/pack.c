{{>cpu/direct/pack.c}}
