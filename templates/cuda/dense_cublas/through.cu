{{>cuda/convolution_cudnn/through.cu}}
