/* Unzipping into a buffer whose size is known: with libdeflate where it is there, since start-up is mostly this; zlib reads
 * headers, and finds out where and why when something is wrong. Several members in a row are one file, as for gzip. */
#include "internal.h"
#include <string.h>
#include <zlib.h>
#ifdef RT_HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

static bool begins_member(const uint8_t *in, size_t size)
{
	return size >= 2 && in[0] == 0x1f && in[1] == 0x8b;
}

static const char *reason(const z_stream *z, int result)
{
	if (result == Z_BUF_ERROR)
		return "it ends too early";
	return z->msg ? z->msg : "it is damaged";
}

/* One zlib call's worth of progress; sizes beyond 4 GiB go in pieces. */
static int step(z_stream *z, size_t in_left, size_t out_left)
{
	const size_t piece = 1u << 30;
	z->avail_in = (uInt)(in_left < piece ? in_left : piece);
	z->avail_out = (uInt)(out_left < piece ? out_left : piece);
	return inflate(z, Z_NO_FLUSH);
}

static int with_zlib(const uint8_t *in, size_t size, uint8_t *out, size_t room, size_t *got, bool *more,
	const char **why, size_t *at)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in, .next_out = out};
	int result = inflateInit2(&z, 16 + MAX_WBITS);
	*more = false;
	while (result == Z_OK) {
		size_t used = (size_t)(z.next_in - in), made = (size_t)(z.next_out - out);
		if (made == room) {
			*more = true;
			break;
		}
		result = step(&z, size - used, room - made);
		used = (size_t)(z.next_in - in);
		if (result == Z_STREAM_END && used < size) {
			if (!begins_member(z.next_in, size - used)) {
				z.msg = "bytes that are not gzip follow the end";
				result = Z_DATA_ERROR;
				break;
			}
			result = inflateReset(&z);
		} else if (result == Z_OK && used == size && (size_t)(z.next_out - out) < room) {
			result = Z_BUF_ERROR;
		}
	}
	*got = (size_t)(z.next_out - out);
	*at = (size_t)(z.next_in - in);
	*why = reason(&z, result);
	inflateEnd(&z);
	return result == Z_OK || result == Z_STREAM_END ? 0 : -1;
}

#ifdef RT_HAVE_LIBDEFLATE
/* False where anything is unusual: zlib is asked then. */
static bool with_libdeflate(const uint8_t *in, size_t size, uint8_t *out, size_t room, size_t *got)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	size_t used = 0, taken, made;
	bool ok = d != NULL;
	*got = 0;
	while (ok && used < size) {
		ok = libdeflate_gzip_decompress_ex(d, in + used, size - used, out + *got, room - *got, &taken, &made) == LIBDEFLATE_SUCCESS;
		used += ok ? taken : 0;
		*got += ok ? made : 0;
	}
	libdeflate_free_decompressor(d);
	return ok;
}
#endif

int rt_gunzip(const uint8_t *in, size_t size, uint8_t *out, size_t room, size_t *got, bool *more,
	const char **why, size_t *at)
{
#ifdef RT_HAVE_LIBDEFLATE
	*more = false;
	if (room > 4096 && with_libdeflate(in, size, out, room, got))
		return 0;
#endif
	return with_zlib(in, size, out, room, got, more, why, at);
}
