enum {
	IN_H = {{in_h}}, IN_W = {{in_w}}, CHANNELS = {{in_c}}, OUT_W = {{out_w}}, SIZE = {{out_size}},
	PAD_TOP = {{pad_top}}, PAD_LEFT = {{pad_left}}, ROW = IN_W * CHANNELS
};
