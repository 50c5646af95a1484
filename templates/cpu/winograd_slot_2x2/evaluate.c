{{>cpu/winograd_slot/evaluate.c}}
