enum { IN_H = {{in_h}}, IN_W = {{in_w}}, OUT_H = {{out_h}}, OUT_W = {{out_w}}, CHANNELS = {{out_c}} };
const struct direct s = {
	IN_H, IN_W, CHANNELS, OUT_H, OUT_W, CHANNELS, .kernel_h = {{kernel_h}}, .kernel_w = {{kernel_w}}, .stride_h = {{stride_h}}, .stride_w = {{stride_w}},
	.dilation_h = 1, .dilation_w = 1, .pad_top = {{pad_top}}, .pad_left = {{pad_left}}, .pad_bottom = {{pad_bottom}}, .pad_right = {{pad_right}}
};
