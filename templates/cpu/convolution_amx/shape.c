{{>cpu/direct/shape.c}}
enum { POOL = {{#max_pool}}2{{/max_pool}}{{^max_pool}}1{{/max_pool}}, HEIGHT = OUT_H / POOL, WIDTH = OUT_W / POOL };
