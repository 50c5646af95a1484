{{#sum}}
INLINE vec {{function}}_sum(vec v)
{
	{{>cpu/winograd/lanes.c}}
}

{{/sum}}
