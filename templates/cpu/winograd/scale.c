{{#mask}}
const double rate = {{rate}};
const vec scale = vec_broadcast((real)(1 / (1 - rate)));
{{/mask}}
