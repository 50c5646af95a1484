{{>cpu/winograd_slot/forward.c}}
