		.kind = RT_PRODUCT_W, .math = RT_MATH_TF32, .in = {{in_size}}, .out = {{out_size}},
		{{#w1}}
		.epilogue = RT_BIAS,
		{{/w1}}
