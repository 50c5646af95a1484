{{#nk}}
const struct normalise statistics = {.pixels = {{group_out_size}} / OUT_C, .channels = OUT_C};
struct normalise_sums own[(OUT_C + LANES - 1) / LANES] = {0};
{{/nk}}
