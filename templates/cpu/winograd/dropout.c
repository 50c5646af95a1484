{{#mask}}
out = (vec)((vec_mask)(out * scale) & kept);
{{/mask}}
{{#gate}}
which |= (vec_mask)(out > 0) & 4;
{{/gate}}
{{^gate}}
{{#mask}}
which |= kept & 4;
{{/mask}}
{{/gate}}
