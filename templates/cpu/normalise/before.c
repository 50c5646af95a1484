{{#n0}}
INLINE vec {{function}}_before(vec v)
{
	{{>cpu/winograd/lanes.c}}
}

{{/n0}}
