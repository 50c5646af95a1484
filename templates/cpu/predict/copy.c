/* Hands a sample's outputs to whoever asked for predictions */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };

	if (work->predictions)
		for (int e = 0; e < SIZE; e++)
			work->predictions[(size_t)sample * SIZE + e] = (float)outputs[e];
}
