real y_lane[LANES], lane[LANES];
vec_store(y_lane, y_lanes);
vec_store(lane, dy_lanes);
LANEWISE for (int i = 0; i < LANES; i++) {
	const real y = y_lane[i], dy = lane[i];
	(void)y;
	lane[i] = {{#map}}{{map_backward}}{{/map}}{{^map}}dy{{/map}};
}
return vec_load(lane);
