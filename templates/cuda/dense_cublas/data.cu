		.kind = RT_PRODUCT_X, .math = {{#bfloat16}}RT_MATH_BF16{{/bfloat16}}{{^bfloat16}}RT_MATH_TF32{{/bfloat16}}, .in = {{in_size}}, .out = {{out_size}},
		{{^first0}}
		.accumulate = true,
		{{/first0}}
