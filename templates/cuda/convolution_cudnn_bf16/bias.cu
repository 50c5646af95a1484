{{>cuda/convolution_cudnn/bias.cu}}
