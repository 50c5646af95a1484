/* Hands a sample's outputs to whoever asked for predictions */
NOINLINE void {{function}}(const real *restrict y, const struct rt_work *work, int i)
{
	enum { SIZE = {{in_size}} };

	if (work->predictions)
		for (int e = 0; e < SIZE; e++)
			work->predictions[(size_t)i * SIZE + e] = (float)y[e];
}
