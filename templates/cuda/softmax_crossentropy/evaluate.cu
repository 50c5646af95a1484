/* y = softmax of x, and its loss as the kernel loss has it; a sample a warp */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/softmax_crossentropy/sample.cu}}
}
