		.kind = RT_PRODUCT_W, .math = RT_MATH_BF16, .in = {{in_size}}, .out = {{out_size}},
