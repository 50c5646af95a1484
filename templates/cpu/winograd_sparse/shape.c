enum { IN_C = {{in_c}}, OUT_C = {{out_c}} };
const struct sparse s = {
	{{in_h}}, {{in_w}}, IN_C, {{out_h}}, {{out_w}}, OUT_C, {{kernel_h}}, {{kernel_w}},
	.pad_top = {{pad_top}}, .pad_left = {{pad_left}}, .pad_bottom = {{pad_bottom}}, .pad_right = {{pad_right}}
};
