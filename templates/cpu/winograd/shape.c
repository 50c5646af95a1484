enum { IN_H = {{in_h}}, IN_W = {{in_w}}, IN_C = {{in_c}}, OUT_H = {{out_h}}, OUT_W = {{out_w}}, OUT_C = {{out_c}} };
enum { TILE = {{tile}}, PAD_TOP = {{pad_top}}, PAD_LEFT = {{pad_left}}, POOL = {{#max_pool}}2{{/max_pool}}{{^max_pool}}1{{/max_pool}} };
const struct winograd s = {IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, PAD_TOP, PAD_LEFT, POOL, TILE};
const int tiles = samples * winograd_tiles(s);
