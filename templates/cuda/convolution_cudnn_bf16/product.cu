		.kind = RT_PRODUCT_Y, .math = RT_MATH_BF16,
		{{>cuda/convolution_cudnn/shape.cu}}
