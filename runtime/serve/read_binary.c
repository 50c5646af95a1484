/* Requests as bytes: NumPy's .npy (format: numpy.lib.format, versions 1 to 3), IDX files and PNG images. */
#include "serve.h"
#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

/* ---- .npy ---- */

enum { RANK_MOST = 8 };

struct npy { char kind; int width; bool big; int rank; size_t sizes[RANK_MOST]; const uint8_t *data; size_t bytes; };

/* The text behind 'key': in the header's dictionary; NULL after rt_fail. */
static const char *find_key(const char *header, const char *key)
{
	const char *at = strstr(header, key);
	if (at)
		at = strchr(at + strlen(key), ':');
	if (!at) {
		rt_fail(RT_DATA_ERROR, "the .npy header has no %s", key);
		return NULL;
	}
	return at + 1 + strspn(at + 1, " ");
}

static int read_type(struct npy *a, const char *header)
{
	char order, end[2];
	const char *text = find_key(header, "'descr'");
	if (!text)
		return -1;
	if (sscanf(text, "'%c%c%1d%1['\"]", &order, &a->kind, &a->width, end) != 4 || !strchr("<>|=", order) ||
		!strchr(a->kind == 'f' ? "48" : a->kind == 'u' || a->kind == 'i' ? "1248" : "", '0' + a->width))
		return rt_fail(RT_DATA_ERROR, "the array's type is %s; u1, u2, u4, u8, i1, i2, i4, i8, f4 and f8 are taken",
			rt_show(text, strcspn(text + (*text == '\''), "'") + 2).text);
	a->big = order == '>';
	return 0;
}

static int read_shape(struct npy *a, const char *header)
{
	const char *text = find_key(header, "'shape'");
	if (!text)
		return -1;
	if (*text != '(')
		return rt_fail(RT_DATA_ERROR, "the .npy header's shape is no tuple");
	for (text++; *text && *text != ')';) {
		char *end;
		unsigned long long size = strtoull(text, &end, 10);
		if (end == text || *text == '-' || size > INT32_MAX || a->rank == RANK_MOST)
			return rt_fail(RT_DATA_ERROR, "the .npy header's shape cannot be read, or has more than %d sizes", RANK_MOST);
		a->sizes[a->rank++] = (size_t)size;
		text = end + strspn(end, ", ");
	}
	return 0;
}

static int read_dictionary(struct npy *a, const char *header)
{
	const char *order = find_key(header, "'fortran_order'");
	if (!order)
		return -1;
	if (strncmp(order, "False", 5))
		return rt_fail(RT_DATA_ERROR, "the array is in Fortran's order; send numpy.ascontiguousarray(x)");
	return read_type(a, header) || read_shape(a, header) ? -1 : 0;
}

static int read_npy_header(struct npy *a, const uint8_t *bytes, size_t size)
{
	static const char magic[] = "\x93NUMPY";
	size_t begin = size > 6 && bytes[6] == 1 ? 10 : 12, length;
	if (size < 12 || memcmp(bytes, magic, 6))
		return rt_fail(RT_DATA_ERROR, "the request is no .npy file: it does not begin with \\x93NUMPY");
	length = bytes[8] | (size_t)bytes[9] << 8;
	if (begin == 12)
		length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
	if (length > size - begin)
		return rt_fail(RT_DATA_ERROR, "the .npy file is cut within its header, at byte %zu", size);
	char *header = strndup((const char *)bytes + begin, length);
	if (!header)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the .npy header");
	a->data = bytes + begin + length;
	a->bytes = size - begin - length;
	int result = read_dictionary(a, header);
	free(header);
	return result;
}

/* The bits of element i as a number of the machine's. */
static uint64_t bits_of(const struct npy *a, size_t i)
{
	const uint8_t *p = a->data + i * (size_t)a->width;
	uint64_t bits = 0;
	for (int k = 0; k < a->width; k++)
		bits |= (uint64_t)p[a->big ? a->width - 1 - k : k] << 8 * k;
	return bits;
}

static double value_of(const struct npy *a, size_t i)
{
	uint64_t bits = bits_of(a, i);
	uint32_t low = (uint32_t)bits;
	double d;
	float f;
	if (a->kind == 'u')
		return (double)bits;
	if (a->kind == 'i')
		return (double)((int64_t)(bits << (64 - 8 * a->width)) >> (64 - 8 * a->width));
	if (a->width == 4) {
		memcpy(&f, &low, sizeof f);
		return (double)f;
	}
	memcpy(&d, &bits, sizeof d);
	return d;
}

static int take_values(struct rt_samples *s, const struct npy *a, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		s->values[i] = (float)value_of(a, i);
		if (!isfinite(s->values[i]))
			return rt_fail(RT_DATA_ERROR, "element %zu is not finite", i);
	}
	return 0;
}

int rt_read_npy(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	struct npy a = {0};
	if (read_npy_header(&a, (const uint8_t *)body, size))
		return -1;
	long n = rt_sample_count(m, a.rank, a.sizes);
	if (n < 0)
		return -1;
	size_t count = (size_t)n * rt_element_count(m);
	if (count * (size_t)a.width != a.bytes)
		return rt_fail(RT_DATA_ERROR, "the .npy file has %zu bytes of data; its header promises %zu", a.bytes, count * (size_t)a.width);
	if (rt_samples_new(s, m, n) || take_values(s, &a, count))
		return -1;
	return a.kind == 'f' ? rt_samples_unscale(s, m) : 0;
}

/* ---- IDX: as the data's files are, rows and columns swapped if they are ---- */

int rt_read_idx(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	const struct rt_model files = rt_model_of_files(m);
	struct rt_idx x;
	if (rt_idx_view(&x, body, size, "body", "the request"))
		return -1;
	long n = rt_sample_count(&files, x.rank, x.sizes);
	if (n < 0 || rt_samples_new(s, m, n))
		return -1;
	for (size_t i = 0; i < x.elements; i++) {
		s->values[i] = (float)rt_idx_value(&x, i);
		if (!isfinite(s->values[i]))
			return rt_fail(RT_DATA_ERROR, "the request: sample %zu holds a number that is not finite", i / (x.elements / (size_t)n));
	}
	return m->transpose ? rt_transpose(m, s->values, (size_t)n, sizeof *s->values) : 0;
}

/* ---- PNG: one image ---- */

/* The input as height, width, channels. */
static void image_sizes(const struct rt_model *m, int sizes[3])
{
	const int *in = m->input;
	if (m->input_rank == 3 && m->channels_first)
		memcpy(sizes, (const int[]){in[1], in[2], in[0]}, 3 * sizeof *sizes);
	else if (m->input_rank == 3)
		memcpy(sizes, in, 3 * sizeof *sizes);
	else
		memcpy(sizes, (const int[]){in[0], m->input_rank == 2 ? in[1] : 0, 1}, 3 * sizeof *sizes);
}

static void take_pixels(struct rt_samples *s, const struct rt_model *m, const uint8_t *pixels, const int sizes[3])
{
	int area = sizes[0] * sizes[1], channels = sizes[2];
	for (int i = 0; i < area; i++)
		for (int c = 0; c < channels; c++)
			s->values[m->channels_first ? c * area + i : i * channels + c] = pixels[i * channels + c];
}

static int decode(struct rt_samples *s, const struct rt_model *m, png_image *image, const int sizes[3])
{
	if ((int)image->height != sizes[0] || (int)image->width != sizes[1])
		return rt_fail(RT_DATA_ERROR, "the image is %ux%u (width x height); the model takes %dx%d", image->width, image->height,
			sizes[1], sizes[0]);
	image->format = sizes[2] == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
	uint8_t *pixels = malloc(PNG_IMAGE_SIZE(*image));
	const png_color black = {0, 0, 0};
	int result = 0;
	if (!pixels || rt_samples_new(s, m, 1))
		result = rt_fail(RT_SYSTEM_ERROR, "not enough memory for the image");
	else if (!png_image_finish_read(image, &black, pixels, 0, NULL))
		result = rt_fail(RT_DATA_ERROR, "the PNG file is damaged: %s", image->message);
	else
		take_pixels(s, m, pixels, sizes);
	free(pixels);
	return result;
}

int rt_read_png(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	int sizes[3];
	image_sizes(m, sizes);
	if (sizes[1] == 0 || (sizes[2] != 1 && sizes[2] != 3))
		return rt_fail(RT_DATA_ERROR, "this model's input is no image of 1 or 3 channels; send its numbers as another type");
	if (!png_image_begin_read_from_memory(&image, body, size))
		return rt_fail(RT_DATA_ERROR, "the request is no PNG file: %s", image.message);
	int result = decode(s, m, &image, sizes);
	png_image_free(&image);
	return result;
}
