enum {
	IN_H = {{in_h}}, IN_W = {{in_w}}, CHANNELS = {{in_c}}, OUT_H = {{out_h}}, OUT_W = {{out_w}}, IN_SIZE = {{in_size}},
	OUT_SIZE = {{out_size}}, PAD_TOP = {{pad_top}}, PAD_LEFT = {{pad_left}}
};
