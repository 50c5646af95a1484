/* loss = -log(clip(p[label]) / sum of clip(p)), clip to fuzz, 1 - fuzz: Keras 2.2.4's sparse_categorical_crossentropy */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	const real fuzz = (real)({{fuzz}});
	real sum = 0;

	for (int c = 0; c < SIZE; c++)
		sum += real_min(real_max(p[c], fuzz), 1 - fuzz);
	*loss = real_log(sum) - real_log(real_min(real_max(p[(int)label], fuzz), 1 - fuzz));
}
