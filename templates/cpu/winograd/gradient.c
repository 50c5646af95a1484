{{^gate}}
INLINE vec {{function}}_activation(vec y_lanes, vec dy_lanes)
{
	{{>cpu/winograd/gradient_lanes.c}}
}
{{/gate}}
