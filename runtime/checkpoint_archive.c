/* The one file of weights in a model.tar.gz: ustar with GNU's and pax's long names. Names only choose, nothing is written
 * to disk; whatever the archive says about sizes, no more than the caller's limit is kept. */
#include "checkpoint.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BLOCK = 512, NAMES_MOST = 1 << 20 };
enum { NAME = 0, SIZE = 124, CHECKSUM = 148, TYPE = 156, MAGIC = 257, PREFIX = 345 };

struct archive {
	gzFile file;
	const char *path;
	size_t most;
	unsigned char header[BLOCK];
	uint64_t size;                      /* of the entry at hand */
	char *name;                         /* malloc; from an entry that says the next one's, else NULL */
	char *data; size_t data_size;       /* the file found, else NULL */
};

static int fail(const struct archive *a, const char *what)
{
	return rt_fail(RT_DATA_ERROR, "%s: %s", a->path, what);
}

/* Exactly size bytes. */
static int read_bytes(struct archive *a, void *to, size_t size)
{
	char *bytes = to;

	while (size) {
		int n = gzread(a->file, bytes, size < 1 << 30 ? (unsigned)size : 1 << 30);

		if (n < 0)
			return fail(a, "not a whole gzip file");
		if (n == 0)
			return fail(a, "the archive ends early");
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

static int skip_bytes(struct archive *a, uint64_t size)
{
	unsigned char buffer[64 * BLOCK];

	while (size) {
		size_t n = size < sizeof buffer ? (size_t)size : sizeof buffer;

		if (read_bytes(a, buffer, n))
			return -1;
		size -= n;
	}
	return 0;
}

static uint64_t padding(uint64_t size)
{
	return (BLOCK - size % BLOCK) % BLOCK;
}

/* Octal digits, or with the first bit set a binary number. */
static bool parse_number(const unsigned char *field, size_t width, uint64_t *number)
{
	*number = 0;
	if (field[0] & 0x80) {
		for (size_t i = 1; i < width; i++) {
			if (*number >> 48)
				return false;
			*number = *number << 8 | field[i];
		}
		return !(field[0] & 0x7f);
	}
	for (size_t i = 0; i < width && field[i] && field[i] != ' '; i++) {
		if (field[i] < '0' || field[i] > '7')
			return false;
		*number = *number << 3 | (uint64_t)(field[i] - '0');
	}
	return true;
}

static bool header_is_right(const unsigned char *header)
{
	uint64_t said, sum = 0;

	for (int i = 0; i < BLOCK; i++)
		sum += i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : header[i];
	return parse_number(header + CHECKSUM, 7, &said) && said == sum;
}

static bool is_zero(const unsigned char *header)
{
	for (int i = 0; i < BLOCK; i++)
		if (header[i])
			return false;
	return true;
}

/* The entry's data and the padding behind it, with a NUL; NULL after rt_fail. */
static char *read_entry(struct archive *a, size_t most)
{
	char *data;

	if (a->size > most) {
		rt_fail(RT_DATA_ERROR, "%s: it holds a file of %llu bytes, more than this model's weights can take (%zu)", a->path,
			(unsigned long long)a->size, most);
		return NULL;
	}
	data = malloc((size_t)a->size + 1);
	if (!data)
		rt_fail(RT_SYSTEM_ERROR, "not enough memory to read %s", a->path);
	else if (read_bytes(a, data, (size_t)a->size) || skip_bytes(a, padding(a->size))) {
		free(data);
		return NULL;
	} else
		data[a->size] = '\0';
	return data;
}

/* A record of pax's is "LENGTH KEY=VALUE\n"; those that matter here are the path and the size. */
static bool pax_record(struct archive *a, const char *record, size_t length, uint64_t *size)
{
	const char *key = memchr(record, ' ', length), *equals = key ? memchr(key, '=', length - (size_t)(key - record)) : NULL;
	size_t value_size;

	if (!equals || record[length - 1] != '\n')
		return false;
	key++;
	value_size = length - 1 - (size_t)(equals + 1 - record);
	if (equals - key == 4 && !memcmp(key, "path", 4)) {
		free(a->name);
		a->name = strndup(equals + 1, value_size);
		return a->name;
	}
	if (equals - key == 4 && !memcmp(key, "size", 4))
		*size = strtoull(equals + 1, NULL, 10);
	return true;
}

static int read_pax(struct archive *a, uint64_t *size)
{
	size_t left = (size_t)a->size;
	char *data = read_entry(a, NAMES_MOST), *record = data;

	if (!data)
		return -1;
	while (left) {
		char *end;
		unsigned long length = strtoul(record, &end, 10);

		if (end == record || length < 5 || length > left || !pax_record(a, record, length, size)) {
			free(data);
			return fail(a, "an extended header is damaged");
		}
		record += length;
		left -= length;
	}
	free(data);
	return 0;
}

static int read_long_name(struct archive *a)
{
	free(a->name);
	a->name = read_entry(a, NAMES_MOST);
	return a->name ? 0 : -1;
}

static const char *base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static int read_file_entry(struct archive *a)
{
	char own[101] = {0};

	memcpy(own, a->header + NAME, 100);
	if (!rt_is_weights_name(base_name(a->name ? a->name : own)))
		return skip_bytes(a, a->size) || skip_bytes(a, padding(a->size)) ? -1 : 0;
	if (a->data)
		return fail(a, "it holds more than one .hd5, .hdf5 or .h5 file");
	a->data = read_entry(a, a->most);
	a->data_size = (size_t)a->size;
	return a->data ? 0 : -1;
}

/* The entry whose header is at hand. *pax_size is what an extended header said of the next entry's size, or -1. */
static int read_one(struct archive *a, uint64_t *pax_size)
{
	unsigned char type = a->header[TYPE];
	int result;

	if (!header_is_right(a->header) || !parse_number(a->header + SIZE, 12, &a->size))
		return fail(a, "not a tar archive, or a damaged one");
	if (type == 'x')
		return read_pax(a, pax_size);
	if (type == 'L')
		return read_long_name(a);
	if (type == 'K' || type == 'g')
		return skip_bytes(a, a->size) || skip_bytes(a, padding(a->size)) ? -1 : 0;
	a->size = *pax_size != UINT64_MAX ? *pax_size : a->size;
	*pax_size = UINT64_MAX;
	if (a->size > (uint64_t)1 << 48)
		return fail(a, "an entry's size is impossible");
	if (type == '0' || type == '\0' || type == '7')
		result = read_file_entry(a);
	else
		result = skip_bytes(a, a->size) || skip_bytes(a, padding(a->size)) ? -1 : 0;
	free(a->name);
	a->name = NULL;
	return result;
}

static int read_all(struct archive *a)
{
	uint64_t pax_size = UINT64_MAX;

	do {
		if (read_bytes(a, a->header, BLOCK))
			return -1;
		if (!is_zero(a->header) && read_one(a, &pax_size))
			return -1;
	} while (!is_zero(a->header));
	/* Read to the end, where gzip's checksum is. */
	for (int n = 1; n > 0;) {
		n = gzread(a->file, a->header, BLOCK);
		if (n < 0)
			return fail(a, "not a whole gzip file");
	}
	return a->data ? 0 : fail(a, "it holds no .hd5, .hdf5 or .h5 file");
}

int rt_archive_read(const char *path, size_t most, char **data, size_t *size)
{
	struct archive a = {.file = gzopen(path, "rb"), .path = path, .most = most};
	int result;

	if (!a.file)
		return rt_fail(RT_SYSTEM_ERROR, "cannot open %s", path);
	result = read_all(&a);
	if (gzclose_r(a.file) != Z_OK && !result)
		result = fail(&a, "not a whole gzip file");
	free(a.name);
	*data = a.data;
	*size = a.data_size;
	if (result) {
		free(a.data);
		*data = NULL;
	}
	return result;
}
