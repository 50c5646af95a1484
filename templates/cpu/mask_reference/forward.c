/* y = x / (1 - rate) where kept, 0 where dropped: element e is dropped when its random number is below rate */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{out_size}}, STREAM = {{layer}}, BLOCK = 16 * PHILOX_BLOCK };
	const struct philox random = philox_of(work->seed, STREAM, work->step, (uint32_t)(work->batch_offset + sample));
	const double rate = {{rate}};
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));
	uint32_t words[BLOCK];

	for (int from = 0; from < SIZE; from += BLOCK) {
		const int count = SIZE - from < BLOCK ? SIZE - from : BLOCK;
		philox_words(&random, (uint32_t)from, (uint32_t)count, words);
		for (int e = 0; e < count; e++)
			y[from + e] = words[e] < below ? 0 : x[from + e] * scale;
	}
}
