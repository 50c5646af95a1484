{{>cuda/dense_cublas/data.cu}}
