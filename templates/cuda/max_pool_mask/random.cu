enum { SIZE = OUT_PIXELS * CHANNELS, STREAM = {{#mask}}{{layer}}{{/mask}} };
const double rate = {{#mask}}{{rate}}{{/mask}};
const uint32_t below = philox_threshold(rate);
const real scale = (real)(1 / (1 - rate));
/* whose random words are these: of a sample here */
auto random = [=](int sample) {
	return philox_of(work.seed, STREAM, work.step->step, (uint32_t)(work.batch_offset + sample));
};
