{{>cuda/dense/parts.cu}}
