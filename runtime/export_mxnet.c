/* MXNet's two files: PREFIX-symbol.json, the graph as trainc wrote it, and PREFIX-0000.params, the arrays, as
 * mx.nd.save writes them: little endian, dense, 32-bit floats. */
#include "export.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written as they lie in memory");

static const uint64_t list_magic = 0x112;
static const uint32_t array_magic = 0xF993FAC9;
enum { DENSE = 0, CPU = 1, FLOAT32 = 0 };

static void put_u32(FILE *f, uint32_t x)
{
	fwrite(&x, sizeof x, 1, f);
}

static void put_u64(FILE *f, uint64_t x)
{
	fwrite(&x, sizeof x, 1, f);
}

/* How far apart, in the parameter, neighbours along each axis of the array are; ranks below 4 begin with axes of 1. */
static void array_strides(const struct rt_array *a, const struct rt_parameter *p, size_t strides[4])
{
	size_t stride = 1, own[4] = {0};

	for (int i = p->rank - 1; i >= 0; i--) {
		own[i] = stride;
		stride *= (size_t)p->dims[i];
	}
	for (int i = 0; i < a->rank; i++)
		strides[4 - a->rank + i] = own[a->axes[i]];
}

static void gather(float *to, const struct rt_array *a, const struct rt_parameter *p, const long dims[4],
	const real *from)
{
	size_t strides[4] = {0};

	array_strides(a, p, strides);
	for (long i = 0; i < dims[0]; i++)
		for (long j = 0; j < dims[1]; j++)
			for (long k = 0; k < dims[2]; k++)
				for (long l = 0; l < dims[3]; l++)
					*to++ = (float)from[(size_t)i * strides[0] + (size_t)j * strides[1] +
						(size_t)k * strides[2] + (size_t)l * strides[3]];
}

static int put_values(FILE *f, const struct rt_array *a, const struct rt_model *m, const struct rt_state *s)
{
	const struct rt_parameter *p = a->parameter < 0 ? NULL : &m->parameters[a->parameter];
	long dims[4] = {1, 1, 1, 1};
	size_t count = 1;
	float *values;

	for (int i = 0; i < a->rank; i++) {
		dims[4 - a->rank + i] = a->dims[i];
		count *= (size_t)a->dims[i];
	}
	values = malloc(count * sizeof *values);
	if (!values)
		return -1;
	for (size_t i = 0; i < count && !p; i++)
		values[i] = a->fill;
	if (p)
		gather(values, a, p, dims, s->weights + p->offset);
	fwrite(values, sizeof *values, count, f);
	free(values);
	return 0;
}

static int put_array(FILE *f, const struct rt_array *a, const struct rt_model *m, const struct rt_state *s)
{
	put_u32(f, array_magic);
	put_u32(f, DENSE);
	put_u32(f, (uint32_t)a->rank);
	for (int i = 0; i < a->rank; i++)
		put_u64(f, (uint64_t)a->dims[i]);
	put_u32(f, CPU);
	put_u32(f, 0);
	put_u32(f, FLOAT32);
	return put_values(f, a, m, s);
}

static int put_arrays(FILE *f, const struct rt_export *e, const struct rt_model *m, const struct rt_state *s)
{
	put_u64(f, list_magic);
	put_u64(f, 0);
	put_u64(f, (uint64_t)e->n_arrays);
	for (int i = 0; i < e->n_arrays; i++)
		if (put_array(f, &e->arrays[i], m, s))
			return -1;
	put_u64(f, (uint64_t)e->n_arrays);
	for (int i = 0; i < e->n_arrays; i++) {
		put_u64(f, strlen(e->arrays[i].name));
		fputs(e->arrays[i].name, f);
	}
	return 0;
}

static const char *add_symbol(struct rt_files *files, const struct rt_export *e, const struct rt_model *m,
	const struct rt_state *s)
{
	char *text = rt_export_text(e->text, m, s, true);
	const char *path = text ? rt_export_add(files, e, s, "-symbol.json", text, strlen(text)) : NULL;

	free(text);
	return path;
}

static const char *add_params(struct rt_files *files, const struct rt_export *e, const struct rt_model *m,
	const struct rt_state *s)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&bytes, &size);
	bool whole = f && put_arrays(f, e, m, s) == 0;
	const char *path = NULL;

	if (f && (ferror(f) | fclose(f)))
		whole = false;
	if (whole)
		path = rt_export_add(files, e, s, "-0000.params", bytes, size);
	else
		rt_fail(RT_SYSTEM_ERROR, "not enough memory to write %s-0000.params", e->file);
	free(bytes);
	return path;
}

/* What save_mxnet_model told its user, with the layout that the input really has. */
static void report(struct rt_text *said, const struct rt_export *e, const struct rt_model *m, const struct rt_state *s,
	const char *symbol, const char *params)
{
	static const char *const layouts[] = {"N", "NC", "NTC", "NHWC"};
	bool image_first = m->channels_first && m->input_rank == 3;

	rt_text_printf(said, "MXNet symbol file - %s\n", symbol);
	rt_text_printf(said, "MXNet params file - %s\n", params);
	rt_text_printf(said, "Model input data_names and data_shapes are:\n");
	rt_text_printf(said, "data_names : ['%s']\n", e->input_name);
	rt_text_printf(said, "data_shapes : [DataDesc[%s,(%ld", e->input_name, s->batch_size);
	for (int i = 0; i < m->input_rank; i++)
		rt_text_printf(said, ", %d", m->input[i]);
	rt_text_printf(said, "),float32,%s]]\n", image_first ? "NCHW" : layouts[m->input_rank]);
	rt_text_printf(said, "Saved MXNet model\n");
}

int rt_export_mxnet(const struct rt_export *e, const struct rt_model *m, const struct rt_state *s, struct rt_files *files)
{
	const char *symbol = add_symbol(files, e, m, s), *params = symbol ? add_params(files, e, m, s) : NULL;

	if (!params)
		return -1;
	report(&files->said, e, m, s, symbol, params);
	return 0;
}
