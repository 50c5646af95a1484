{{>cuda/dense_cublas/forward.cu}}
