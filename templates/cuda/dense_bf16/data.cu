{{>cuda/dense/data.cu}}
