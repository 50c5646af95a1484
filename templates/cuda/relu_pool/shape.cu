enum {
	IN_H = {{in_h}}, IN_W = {{in_w}}, CHANNELS = {{in_c}}, OUT_H = IN_H / 2, OUT_W = IN_W / 2, OUT_PIXELS = OUT_H * OUT_W,
	QUADS = CHANNELS / 4, NONE = 4
};
