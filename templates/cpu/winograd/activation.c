INLINE vec {{function}}_activation(vec v)
{
	{{>cpu/winograd/lanes.c}}
}
