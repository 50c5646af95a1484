{{#mask}}
const double rate = {{rate}};
const vec scale = vec_broadcast((real)(1 / (1 - rate)));
{{^gate}}
const vec kept = vec_broadcast((real)(1 - rate));
{{/gate}}
{{/mask}}
