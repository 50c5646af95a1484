/* d = the gradient before {{#np}}batch normalization, {{/np}}dropout and activation, of the elements at `at`, whose bytes are at `byte` */
vec d = vec_load_channels(dy + at, c, OUT_C);
{{#np}}
d = normalise_backward(through[c / LANES], vec_load_channels(y + at, c, OUT_C), d);
{{/np}}
{{#bytes}}
const vec_mask which = vec_load_bytes(bytes + byte, c, OUT_C);
{{/bytes}}
{{#mask}}
d *= scale;
{{/mask}}
{{#gate}}
d = (vec)((vec_mask)d & (vec_mask)((which & 4) != 0));
{{/gate}}
{{^gate}}
vec out = vec_load_channels(y + at, c, OUT_C);
{{#mask}}
d = (vec)((vec_mask)d & (vec_mask)((which & 4) != 0));
out *= vec_broadcast((real)(1 - rate));
{{/mask}}
d = {{function}}_activation(out, d);
{{/gate}}
