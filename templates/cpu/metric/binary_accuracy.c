/* The share of outputs that round to their target; .5 rounds to even, as TensorFlow's round */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	int hits = 0;

	for (int c = 0; c < SIZE; c++) {
		{{>cpu/loss_reference/target.c}}
		hits += (real)rint((double)outputs[c]) == t;
	}
	*metric = (real)hits / SIZE;
}
