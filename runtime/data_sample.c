/* A sample: its shape, as the model and as the data's files have it, and the way from one to the other. */
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t rt_element_count(const struct rt_model *m)
{
	size_t count = 1;
	for (int i = 0; i < m->input_rank; i++)
		count *= (size_t)m->input[i];
	return count;
}

bool rt_shape_fits(const struct rt_model *m, int rank, const size_t *sizes)
{
	int k = 0;
	for (int i = 0; i < m->input_rank; i++) {
		while (k < rank && sizes[k] == 1)
			k++;
		if (m->input[i] == 1)
			continue;
		if (k == rank || sizes[k++] != (size_t)m->input[i])
			return false;
	}
	while (k < rank && sizes[k] == 1)
		k++;
	return k == rank;
}

void rt_input_shape(const struct rt_model *m, char *text, size_t size)
{
	size_t used = 0;
	for (int i = 0; i < m->input_rank && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%d", i ? "x" : "", m->input[i]);
}

/* ---- rows and columns swapped ---- */

/* Where the rows are among the input's sizes; the columns are behind them. */
static int rows_at(const struct rt_model *m)
{
	return m->input_rank == 3 && m->channels_first;
}

struct rt_model rt_model_of_files(const struct rt_model *m)
{
	struct rt_model files = *m;
	const int rows = rows_at(m);
	if (m->transpose) {
		files.input[rows] = m->input[rows + 1];
		files.input[rows + 1] = m->input[rows];
	}
	return files;
}

/* Planes of images; a pixel is so many bytes. */
struct planes { size_t count, rows, columns, pixel; };

static struct planes planes_of(const struct rt_model *m, size_t width)
{
	const int rows = rows_at(m);
	const size_t channels = m->input_rank == 3 ? (size_t)m->input[rows ? 0 : 2] : 1;
	return (struct planes){rows ? channels : 1, (size_t)m->input[rows], (size_t)m->input[rows + 1], rows ? width : width * channels};
}

static inline void transpose(const struct planes *p, size_t pixel, const uint8_t *from, uint8_t *to)
{
	for (size_t plane = 0; plane < p->count; plane++, from += p->rows * p->columns * pixel)
		for (size_t row = 0; row < p->rows; row++)
			for (size_t column = 0; column < p->columns; column++, to += pixel)
				memcpy(to, from + (column * p->rows + row) * pixel, pixel);
}

int rt_transpose(const struct rt_model *m, void *values, size_t samples, size_t width)
{
	const struct planes p = planes_of(m, width);
	const size_t size = rt_element_count(m) * width;
	uint8_t *copy = malloc(size);
	if (!copy)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for a sample");
	for (size_t i = 0; i < samples; i++) {
		uint8_t *sample = (uint8_t *)values + i * size;
		memcpy(copy, sample, size);
		if (p.pixel == 1)
			transpose(&p, 1, copy, sample);         /* a loop of bytes, not of calls */
		else
			transpose(&p, p.pixel, copy, sample);
	}
	free(copy);
	return 0;
}
