/* d_bias[o] = sum over slots, in order, of the slot's sums[o] */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ sums, real *__restrict__ d_bias)
{
	EACH (o, {{out_c}}) {
		real sum = 0;
		for (int s = 0; s < work.slots; s++)
			sum += sums[(size_t)s * SLOT + o];
		d_bias[o] = sum;
	}
}
