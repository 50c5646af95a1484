real lane[LANES];
vec_store(lane, v);
LANEWISE for (int i = 0; i < LANES; i++) {
	const real x = lane[i];
	lane[i] = {{#map}}{{map_forward}}{{/map}}{{^map}}x{{/map}};
}
return vec_load(lane);
