enum { SIZE = {{out_size}}, QUADS = (SIZE + 3) / 4, STREAM = {{#mask}}{{layer}}{{/mask}} };
const double rate = {{#mask}}{{rate}}{{/mask}};
const uint32_t below = philox_threshold(rate);
const real scale = (real)(1 / (1 - rate));

EACH (q, work.n * QUADS) {
	const uint32_t sample = (uint32_t)(q / QUADS), counter = (uint32_t)(q % QUADS);
	uint32_t words[4];
	philox_words(philox_of(work.seed, STREAM, work.step->step, (uint32_t)work.batch_offset + sample), counter, words);
	for (int j = 0; j < 4 && counter * 4 + j < SIZE; j++) {
		const int e = (int)sample * SIZE + counter * 4 + j;
