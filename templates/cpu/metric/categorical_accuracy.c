/* 1 when the largest output (the first of equals) is the label's, else 0 */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	int best = 0;

	for (int c = 1; c < SIZE; c++)
		if (outputs[c] > outputs[best])
			best = c;
	*metric = best == (int)label;
}
