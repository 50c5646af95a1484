		.kind = RT_PRODUCT_X, .math = RT_MATH_TF32,
		{{^first0}}
		.accumulate = true,
		{{/first0}}
		{{>cuda/convolution_cudnn/shape.cu}}
