{{>cuda/dense_bf16/bias.cu}}
