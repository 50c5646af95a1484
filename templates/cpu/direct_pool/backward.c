{{>cpu/direct/backward.c}}
