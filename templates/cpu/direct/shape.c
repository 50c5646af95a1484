enum { IN_H = {{in_h}}, IN_W = {{in_w}}, IN_C = {{in_c}}, OUT_H = {{out_h}}, OUT_W = {{out_w}}, OUT_C = {{out_c}} };
const struct direct s = {
	IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = {{kernel_h}}, .kernel_w = {{kernel_w}}, .stride_h = {{stride_h}}, .stride_w = {{stride_w}},
	.dilation_h = {{dilation_h}}, .dilation_w = {{dilation_w}}, .pad_top = {{pad_top}}, .pad_left = {{pad_left}}, .pad_bottom = {{pad_bottom}},
	.pad_right = {{pad_right}}
};
