/* loss = -log(clip(p[label] / sum of p, fuzz, 1 - fuzz)): Keras 2.2.4's categorical_crossentropy of probabilities */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	const real fuzz = (real)({{fuzz}});
	real sum = 0;

	for (int c = 0; c < SIZE; c++)
		sum += p[c];
	*loss = -real_log(real_min(real_max(p[(int)label] / sum, fuzz), 1 - fuzz));
}
