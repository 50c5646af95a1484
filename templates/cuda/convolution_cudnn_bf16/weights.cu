{{>cuda/convolution_cudnn/weights.cu}}
