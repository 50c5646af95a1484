		.kind = RT_PRODUCT_W, .math = {{#bfloat16}}RT_MATH_BF16{{/bfloat16}}{{^bfloat16}}RT_MATH_TF32{{/bfloat16}},
		{{>cuda/convolution_cudnn/shape.cu}}
