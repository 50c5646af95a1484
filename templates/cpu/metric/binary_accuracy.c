/* The share of outputs that round to their target; .5 rounds to even, as TensorFlow's round */
NOINLINE void {{function}}(const real *restrict p, float label, real *restrict metric)
{
	enum { SIZE = {{in_size}} };
	int hits = 0;

	for (int c = 0; c < SIZE; c++) {
		{{>cpu/loss_reference/target.c}}
		hits += (real)rint((double)p[c]) == t;
	}
	*metric = (real)hits / SIZE;
}
