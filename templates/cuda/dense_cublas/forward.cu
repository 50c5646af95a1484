		.kind = RT_PRODUCT_Y, .math = {{#bfloat16}}RT_MATH_BF16{{/bfloat16}}{{^bfloat16}}RT_MATH_TF32{{/bfloat16}}, .in = {{in_size}}, .out = {{out_size}},
		{{#map}}
		.epilogue = RT_BIAS_RELU,
		{{/map}}
		{{^map}}
		{{#w1}}
		.epilogue = RT_BIAS,
		{{/w1}}
		{{/map}}
