{{>cuda/max_pool/forward.cu}}
