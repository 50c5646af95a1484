const struct input in = {.x = x{{#n0}}, .pack = before, .activation = {{function}}_before{{/n0}}};
