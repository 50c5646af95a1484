/* Shapes: see shape.h. */
#include "shape.h"

long shape_count(struct shape s)
{
	long n = 1;
	for (int i = 0; i < s.rank; i++)
		n *= s.size[i];
	return s.rank ? n : 0;
}

bool shape_equal(struct shape a, struct shape b)
{
	bool equal = a.rank == b.rank;
	for (int i = 0; i < a.rank && equal; i++)
		equal = a.size[i] == b.size[i];
	return equal;
}

struct shape shape_in_format(struct shape s, bool channels_first)
{
	if (channels_first && s.rank == 3)
		return (struct shape){3, {s.size[2], s.size[0], s.size[1]}};
	return s;
}

const char *shape_words(struct arena *a, struct shape s)
{
	if (s.rank == 3)
		return arena_format(a, "(h=%d w=%d c=%d)", s.size[0], s.size[1], s.size[2]);
	if (s.rank == 2)
		return arena_format(a, "(%d, %d)", s.size[0], s.size[1]);
	return arena_format(a, "(%d)", s.size[0]);
}

const char *shape_keras(struct arena *a, struct shape s, bool channels_first)
{
	struct text t = {.arena = a};
	s = shape_in_format(s, channels_first);
	text_add(&t, "(None");
	for (int i = 0; i < s.rank; i++)
		text_format(&t, ", %d", s.size[i]);
	text_add(&t, ")");
	return t.text;
}

int shape_axis(struct shape s, long axis, bool channels_first)
{
	static const int from_first[] = {2, 0, 1};
	if (axis < 0)
		axis += s.rank + 1;
	if (axis < 1 || axis > s.rank)
		return -1;
	return channels_first && s.rank == 3 ? from_first[axis - 1] : (int)axis - 1;
}
