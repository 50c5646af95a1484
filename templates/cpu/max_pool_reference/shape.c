enum {
	IN_H = {{in_h}}, IN_W = {{in_w}}, CHANNELS = {{in_c}}, OUT_H = {{out_h}}, OUT_W = {{out_w}},
	POOL_H = {{kernel_h}}, POOL_W = {{kernel_w}}, STRIDE_H = {{stride_h}}, STRIDE_W = {{stride_w}},
	PAD_TOP = {{pad_top}}, PAD_LEFT = {{pad_left}}
};
