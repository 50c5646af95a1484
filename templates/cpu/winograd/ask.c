{{#asks_x}}
ask_for(&next, x + SAMPLE, {{in_size}});
{{/asks_x}}
{{#asks_y}}
ask_for(&next, y + SAMPLE, {{group_out_size}});
{{/asks_y}}
{{#asks_dy}}
ask_for(&next, dy + SAMPLE, {{group_out_size}});
{{/asks_dy}}
