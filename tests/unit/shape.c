/* Shapes in both data formats, Keras's axes, and the sizes that windows give. */
#include <string.h>
#include "check.h"
#include "layer.h"

static const struct shape image = {3, {13, 14, 8}}, row = {1, {5}};

static void counts(struct arena *a)
{
	CHECK(shape_count(image) == 13 * 14 * 8 && shape_count(row) == 5 && shape_count((struct shape){0}) == 0);
	CHECK(shape_equal(image, image) && !shape_equal(image, row) && !shape_equal(row, (struct shape){1, {6}}));
	SAME(shape_words(a, image), "(h=13 w=14 c=8)");
	SAME(shape_keras(a, image, false), "(None, 13, 14, 8)");
	SAME(shape_keras(a, image, true), "(None, 8, 13, 14)");
	SAME(shape_keras(a, row, true), "(None, 5)");
}

static void axes(void)
{
	CHECK(shape_axis(image, -1, false) == 2 && shape_axis(image, 3, false) == 2 && shape_axis(image, 1, false) == 0);
	CHECK(shape_axis(image, -1, true) == 1 && shape_axis(image, 1, true) == 2 && shape_axis(image, 2, true) == 0);
	CHECK(shape_axis(row, 1, true) == 0 && shape_axis(row, -1, true) == 0);
	CHECK(shape_axis(image, 0, false) == -1 && shape_axis(image, 4, false) == -1 && shape_axis(image, -4, false) == -1);
	CHECK(shape_axis(image, -3, false) == 0 && shape_axis(row, 2, false) == -1);
}

/* Numbers from Keras 2.2.4: conv_output_length, and where TensorFlow pads. */
static void windows(void)
{
	static const struct { int size, kernel, stride, dilation; bool same; int out, before, after; } cases[] = {
		{28, 3, 1, 1, false, 26, 0, 0}, {26, 2, 2, 1, false, 13, 0, 0}, {27, 2, 2, 1, false, 13, 0, 0},
		{28, 3, 1, 1, true, 28, 1, 1}, {28, 2, 1, 1, true, 28, 0, 1}, {28, 3, 2, 1, true, 14, 0, 1},
		{29, 3, 2, 1, true, 15, 1, 1}, {7, 3, 1, 2, false, 3, 0, 0}, {7, 3, 1, 2, true, 7, 2, 2},
		{5, 1, 3, 1, true, 2, 0, 0}, {4, 4, 1, 1, false, 1, 0, 0}, {3, 4, 1, 1, false, 0, 0, 0}, {1, 5, 1, 1, true, 1, 2, 2},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int before, after;
		int out = window_output(cases[i].size, cases[i].kernel, cases[i].stride, cases[i].dilation, cases[i].same, &before, &after);
		if (out != cases[i].out || before != cases[i].before || after != cases[i].after)
			printf("case %zu gives %d, %d and %d\n", i, out, before, after);
		CHECK(out == cases[i].out && before == cases[i].before && after == cases[i].after);
	}
}

int main(void)
{
	struct arena *a = arena_new();
	counts(a);
	axes();
	windows();
	arena_free(a);
	return checks_failed();
}
