/* Hands the batch's outputs to whoever asked for predictions */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };

	if (!work.predictions)
		return;
	EACH (i, work.n)
		for (int c = 0; c < SIZE; c++)
			work.predictions[i * SIZE + c] = (float)outputs[i * SIZE + c];
}
