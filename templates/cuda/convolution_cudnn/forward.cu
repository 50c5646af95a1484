		.kind = RT_PRODUCT_Y, .math = RT_MATH_TF32,
		{{#map}}
		.epilogue = RT_BIAS_RELU,
		{{/map}}
		{{^map}}
		{{#w1}}
		.epilogue = RT_BIAS,
		{{/w1}}
		{{/map}}
		{{>cuda/convolution_cudnn/shape.cu}}
