const real t = {{#one_hot}}c == (int)label{{/one_hot}}{{^one_hot}}(real)label{{/one_hot}};
