const struct input in = {.x = x{{#n0}}, .pack = norm_in, .activation = {{function}}_before{{/n0}}};
