/* y = softmax of x, and its loss as the kernel loss has it; a sample a warp */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	{{>cuda/softmax_crossentropy/sample.cu}}
}
