		.kind = RT_PRODUCT_X, .math = RT_MATH_TF32, .in = {{in_size}}, .out = {{out_size}},
		{{^first0}}
		.accumulate = true,
		{{/first0}}
