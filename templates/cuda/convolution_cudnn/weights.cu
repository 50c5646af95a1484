		.kind = RT_PRODUCT_W, .math = RT_MATH_TF32,
		{{>cuda/convolution_cudnn/shape.cu}}
