{{>cpu/winograd_slot/backward.c}}
