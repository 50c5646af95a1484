{{>cuda/dense_cublas_bf16/input.cu}}
