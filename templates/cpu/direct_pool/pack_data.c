{{>cpu/direct/pack_data.c}}
