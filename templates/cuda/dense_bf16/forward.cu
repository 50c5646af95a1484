{{>cuda/dense/forward.cu}}
