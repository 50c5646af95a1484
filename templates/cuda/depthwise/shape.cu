enum {
	IN_H = {{in_h}}, IN_W = {{in_w}}, IN_C = {{in_c}}, OUT_H = {{out_h}}, OUT_W = {{out_w}}, OUT_C = {{out_c}},
	MULTIPLIER = OUT_C / IN_C, KERNEL_H = {{kernel_h}}, KERNEL_W = {{kernel_w}}, STRIDE_H = {{stride_h}}, STRIDE_W = {{stride_w}},
	PAD_TOP = {{pad_top}}, PAD_LEFT = {{pad_left}}, IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
};
