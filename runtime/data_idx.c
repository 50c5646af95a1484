/* One IDX file: two zero bytes, the element type, the rank, rank sizes of four bytes, then the elements, all big-endian
 * (format: the MNIST page of Y. LeCun). Nothing is believed before it is checked against the bytes that are there. */
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MOST = 4 + 4 * RT_IDX_RANK, GZIP_RATIO_MOST = 1032 };

struct file { const char *path, *label; uint8_t *bytes; size_t size; bool zipped; };

static const struct { int type; size_t width; } types[] = {{0x08, 1}, {0x09, 1}, {0x0B, 2}, {0x0C, 4}, {0x0D, 4}, {0x0E, 8}};

static uint32_t big32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int damaged(const struct file *f, const char *why, size_t at)
{
	return rt_fail(RT_DATA_ERROR, "%s: %s: gzip data is damaged at byte %zu of %zu: %s", f->label, f->path, at, f->size, why);
}

/* ---- the header ---- */

static int check_magic(struct rt_idx *x, const struct file *f, const uint8_t *h, size_t n)
{
	if (n < 4)
		return rt_fail(RT_DATA_ERROR, "%s: %s: ends at byte %zu, within the 4 bytes of an IDX magic number", f->label, f->path, n);
	if (h[0] || h[1])
		return rt_fail(RT_DATA_ERROR, "%s: %s: no IDX file: bytes 0 and 1 are 0x%02x%02x, not 0", f->label, f->path, h[0], h[1]);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == h[2])
			x->width = types[i].width;
	if (!x->width)
		return rt_fail(RT_DATA_ERROR, "%s: %s: unknown element type 0x%02x at byte 2; IDX has 08, 09, 0b, 0c, 0d and 0e", f->label,
			f->path, h[2]);
	if (!h[3])
		return rt_fail(RT_DATA_ERROR, "%s: %s: rank 0 at byte 3; at least 1 is needed", f->label, f->path);
	x->type = h[2];
	x->rank = h[3];
	x->offset = 4 + 4 * (size_t)x->rank;
	return 0;
}

/* h holds the first n bytes of the file, all of the header if it is whole. */
static int read_header(struct rt_idx *x, const struct file *f, const uint8_t *h, size_t n)
{
	if (check_magic(x, f, h, n))
		return -1;
	if (n < x->offset)
		return rt_fail(RT_DATA_ERROR, "%s: %s: ends at byte %zu, within the header of %zu bytes for rank %d", f->label, f->path, n,
			x->offset, x->rank);
	x->elements = 1;
	for (int i = 0; i < x->rank; i++) {
		x->sizes[i] = big32(h + 4 + 4 * i);
		if (__builtin_mul_overflow(x->elements, x->sizes[i], &x->elements) || x->elements > SIZE_MAX / 16)
			return rt_fail(RT_DATA_ERROR, "%s: %s: the sizes in the header are absurd: dimension %d is %zu", f->label, f->path, i,
				x->sizes[i]);
	}
	return 0;
}

static int check_length(const struct rt_idx *x, const struct file *f, size_t have, bool more)
{
	size_t wanted = x->offset + x->elements * x->width;
	if (have < wanted)
		return rt_fail(RT_DATA_ERROR, "%s: %s: truncated: ends at byte %zu, and the header promises %zu", f->label, f->path, have,
			wanted);
	if (have > wanted || more)
		return rt_fail(RT_DATA_ERROR, "%s: %s: trailing bytes from byte %zu on, where the header says that the data ends", f->label,
			f->path, wanted);
	return 0;
}

/* ---- the bytes ---- */

static int read_plain(struct rt_idx *x, struct file *f)
{
	if (read_header(x, f, f->bytes, f->size) || check_length(x, f, f->size, false))
		return -1;
	x->storage = f->bytes;
	f->bytes = NULL;
	return 0;
}

/* The header first, from a few bytes, so that no more is unzipped than it promises. */
static int peek(struct rt_idx *x, const struct file *f)
{
	uint8_t header[HEADER_MOST];
	size_t got, at;
	bool more;
	const char *why;
	if (rt_gunzip(f->bytes, f->size, header, sizeof header, &got, &more, &why, &at) && got < 4)
		return damaged(f, why, at);
	if (read_header(x, f, header, got))
		return -1;
	if (x->elements * x->width / GZIP_RATIO_MOST > f->size)
		return rt_fail(RT_DATA_ERROR, "%s: %s: truncated: the header promises %zu bytes, more than %zu bytes of gzip can hold",
			f->label, f->path, x->offset + x->elements * x->width, f->size);
	return 0;
}

static int read_zipped(struct rt_idx *x, struct file *f)
{
	size_t got, at, room;
	bool more;
	const char *why;
	if (peek(x, f))
		return -1;
	room = x->offset + x->elements * x->width + 1;
	x->storage = rt_bytes(room);
	if (!x->storage)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the %zu bytes of %s", room, f->path);
	if (rt_gunzip(f->bytes, f->size, x->storage, room, &got, &more, &why, &at))
		return damaged(f, why, at);
	return check_length(x, f, got, more);
}

int rt_idx_read(struct rt_idx *x, const char *path, const char *label)
{
	struct file f = {.path = path, .label = label};
	char *bytes;
	memset(x, 0, sizeof *x);
	if (rt_read_file(path, &bytes, &f.size))
		return -1;
	f.bytes = (uint8_t *)bytes;
	f.zipped = f.size >= 2 && f.bytes[0] == 0x1f && f.bytes[1] == 0x8b;
	int result = f.zipped ? read_zipped(x, &f) : read_plain(x, &f);
	free(f.bytes);
	if (result) {
		free(x->storage);
		x->storage = NULL;
		return -1;
	}
	x->payload = (const uint8_t *)x->storage + x->offset;
	return 0;
}

int rt_idx_view(struct rt_idx *x, const char *bytes, size_t size, const char *name, const char *label)
{
	const struct file f = {.path = name, .label = label, .size = size};
	const uint8_t *header = (const uint8_t *)bytes;
	memset(x, 0, sizeof *x);
	if (read_header(x, &f, header, size) || check_length(x, &f, size, false))
		return -1;
	x->payload = header + x->offset;
	return 0;
}

/* ---- elements ---- */

double rt_idx_value(const struct rt_idx *x, size_t element)
{
	const uint8_t *p = x->payload + element * x->width;
	uint64_t bits64;
	uint32_t bits32;
	float f;
	double d;
	switch (x->type) {
	case 0x08: return *p;
	case 0x09: return (int8_t)*p;
	case 0x0B: return (int16_t)(p[0] << 8 | p[1]);
	case 0x0C: return (int32_t)big32(p);
	case 0x0D:
		bits32 = big32(p);
		memcpy(&f, &bits32, sizeof f);
		return (double)f;
	default:
		bits64 = (uint64_t)big32(p) << 32 | big32(p + 4);
		memcpy(&d, &bits64, sizeof d);
		return d;
	}
}

void rt_idx_shape(const struct rt_idx *x, int first, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (int i = first; i < x->rank && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%zu", i > first ? "x" : "", x->sizes[i]);
}
