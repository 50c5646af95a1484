/* IDX files: what is read from good ones, gzipped or plain, of every type and shape; and what is said of damaged ones. */
#include "internal.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include "check.h"

enum { SAMPLES = 5, PIXELS = 12, ROOM = 4096 };

/* The two files of a channel, to be changed by a case before they are written. */
struct files { uint8_t images[ROOM], labels[ROOM]; size_t images_size, labels_size; bool zipped; const char *suffix; };

static char prefix[] = "/tmp/trainc-unit-data-XXXXXX";
static struct rt_model model = {.channels = {{"training", "images.gz", "labels.gz"}},
	.loss = {.name = "categorical_crossentropy"}, .input_rank = 3, .input = {1, 3, 4}, .classes = 10, .label_column = -1};

/* ---- good files ---- */

static struct files good(void)
{
	struct files f = {.images_size = 16 + SAMPLES * PIXELS, .labels_size = 8 + SAMPLES, .zipped = true};
	memcpy(f.images, "\0\0\x08\3\0\0\0\5\0\0\0\3\0\0\0\4", 16);
	memcpy(f.labels, "\0\0\x08\1\0\0\0\5", 8);
	for (int i = 0; i < SAMPLES * PIXELS; i++)
		f.images[16 + i] = (uint8_t)(i * 3);
	for (int i = 0; i < SAMPLES; i++)
		f.labels[8 + i] = (uint8_t)(9 - i);
	return f;
}

static size_t gzip(const uint8_t *in, size_t size, uint8_t *out)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)size, .next_out = out, .avail_out = 2 * ROOM};
	deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return (size_t)(z.next_out - out);
}

static void write_bytes(const char *name, const uint8_t *bytes, size_t size)
{
	char path[512];
	snprintf(path, sizeof path, "%s/input/data/training/%s", prefix, name);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(bytes, 1, size, f) != size || fclose(f))
		abort();
}

static void write_file(const char *name, const uint8_t *bytes, size_t size, bool zipped)
{
	uint8_t packed[2 * ROOM];
	if (zipped)
		write_bytes(name, packed, gzip(bytes, size, packed));
	else
		write_bytes(name, bytes, size);
}

static void write_files(const struct files *f)
{
	write_file("images.gz", f->images, f->images_size, f->zipped);
	write_file("labels.gz", f->labels, f->labels_size, f->zipped);
}

static int read_channel(struct rt_data *d)
{
	struct rt_config *c = calloc(1, sizeof *c);
	c->model = &model;
	snprintf(c->prefix, sizeof c->prefix, "%s", prefix);
	c->channels[RT_TRAINING] = "training";
	int result = rt_data_read(d, c, RT_TRAINING);
	free(c);
	return result;
}

static void reads(const struct files *f, const char *what)
{
	struct rt_data d;
	write_files(f);
	if (read_channel(&d)) {
		printf("%s: %s\n", what, rt_failure());
		CHECK(!"a good file is read");
		return;
	}
	CHECK(d.samples == SAMPLES && d.element_count == PIXELS && d.labels[1] == 8);
	CHECK((d.bytes ? d.bytes[13] : d.floats[13]) == 39);
	rt_data_free(&d);
}

static void good_files(void)
{
	struct files f = good();
	reads(&f, "gzipped");
	f.zipped = false;
	reads(&f, "plain");
	f.images[3] = 4;                                     /* 5x3x4x1: a size of 1 says nothing */
	memmove(f.images + 20, f.images + 16, SAMPLES * PIXELS);
	memcpy(f.images + 16, "\0\0\0\1", 4);
	f.images_size += 4;
	reads(&f, "rank 4");
}

/* The same numbers in every other element type. */
static void types(void)
{
	static const struct { uint8_t type; size_t width; } all[] = {{0x09, 1}, {0x0B, 2}, {0x0C, 4}, {0x0D, 4}, {0x0E, 8}};
	for (size_t t = 0; t < sizeof all / sizeof *all; t++) {
		struct files f = good();
		uint8_t *p = f.images + 16;
		f.images[2] = all[t].type;
		for (int i = 0; i < SAMPLES * PIXELS; i++, p += all[t].width) {
			double value = i * 3 % 120;
			float single = (float)value;
			uint64_t bits = (uint64_t)value;
			uint32_t bits32;
			if (all[t].type == 0x0E)
				memcpy(&bits, &value, sizeof bits);
			if (all[t].type == 0x0D) {
				memcpy(&bits32, &single, sizeof bits32);
				bits = bits32;
			}
			for (size_t k = 0; k < all[t].width; k++)
				p[k] = (uint8_t)(bits >> (8 * (all[t].width - 1 - k)));
		}
		f.images_size = (size_t)(p - f.images);
		reads(&f, "types");
	}
}

/* Two members, one behind the other, are one gzip file. */
static void members(void)
{
	struct files f = good();
	uint8_t packed[4 * ROOM];
	write_files(&f);
	size_t n = gzip(f.images, 30, packed);
	n += gzip(f.images + 30, f.images_size - 30, packed + n);
	write_bytes("images.gz", packed, n);
	struct rt_data d;
	CHECK(!read_channel(&d) && d.bytes[13] == 39);
	rt_data_free(&d);
}

/* ---- damaged files ---- */

/* Whether the channel is refused as DataError with text in the reason; in a process of its own, which has one reason. */
static void refused(const char *what, const char *text)
{
	int status;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		struct rt_data d;
		bool right = read_channel(&d) && !strncmp(rt_failure(), "DataError: ", 11) && strstr(rt_failure(), text)
			&& strstr(rt_failure(), "training");
		if (!right)
			printf("%s: wanted '%s', got '%s'\n", what, text, rt_failure() ? rt_failure() : "no failure");
		fflush(stdout);
		_exit(!right);
	}
	check_one(child > 0 && waitpid(child, &status, 0) == child && status == 0, what, __FILE__, __LINE__);
}

/* An edit of good files and what is to be said of it. Bytes: images unless labels; at: where; size: of the file then. */
static const struct damage {
	const char *what, *says;
	bool labels; int at; const char *bytes; int n; int size;
} damages[] = {
	{"empty file", "ends at byte 0", .size = 0},
	{"three bytes", "ends at byte 3", .size = 3},
	{"first magic byte", "bytes 0 and 1", .at = 0, .bytes = "\1", .n = 1, .size = -1},
	{"second magic byte", "bytes 0 and 1", .at = 1, .bytes = "\1", .n = 1, .size = -1},
	{"element type", "unknown element type 0x07", .at = 2, .bytes = "\7", .n = 1, .size = -1},
	{"type of another width", "truncated", .at = 2, .bytes = "\x0c", .n = 1, .size = -1},
	{"rank 0", "rank 0", .at = 3, .bytes = "\0", .n = 1, .size = -1},
	{"rank too high", "header of 1024 bytes", .at = 3, .bytes = "\xff", .n = 1, .size = -1},
	{"rank 1 of images", "samples are single numbers", .at = 3, .bytes = "\1\0\0\0\110", .n = 5, .size = 8 + 72},
	{"within the sizes", "within the header", .size = 10},
	{"behind the header", "truncated: ends at byte 16", .size = 16},
	{"last byte gone", "truncated: ends at byte 75", .size = 75},
	{"one byte more", "trailing bytes from byte 76", .size = 77},
	{"one sample less in the header", "trailing bytes from byte 64", .at = 7, .bytes = "\4", .n = 1, .size = -1},
	{"one sample more in the header", "truncated", .at = 7, .bytes = "\6", .n = 1, .size = -1},
	{"no samples", "holds no samples", .at = 7, .bytes = "\0", .n = 1, .size = 16},
	{"absurd sizes", "absurd", .at = 4, .bytes = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", .n = 12, .size = -1},
	{"size beyond the file", "truncated", .at = 4, .bytes = "\x7f\xff\xff\xff", .n = 4, .size = -1},
	{"height and width exchanged", "samples are 4x3 (rank 2), and the model's input is 1x3x4", .at = 11,
	 .bytes = "\4\0\0\0\3", .n = 5, .size = -1},
	{"another shape", "samples are 6x2", .at = 11, .bytes = "\6\0\0\0\2", .n = 5, .size = -1},
	{"labels of rank 3", "labels are 5x2x1; one number per sample", .labels = true, .at = 3,
	 .bytes = "\3\0\0\0\5\0\0\0\2\0\0\0\1\1\1\1\1\1\1\1\1\1\1", .n = 23, .size = 16 + 10},
	{"no columns of labels", "labels are 5x0", .labels = true, .at = 3, .bytes = "\2\0\0\0\5\0\0\0\0", .n = 9, .size = 12},
	{"a label less", "4 labels for 5 images", .labels = true, .at = 7, .bytes = "\4", .n = 1, .size = 12},
	{"a label more", "6 labels for 5 images", .labels = true, .at = 7, .bytes = "\6", .n = 1, .size = 14},
	{"last label out of range", "label 4, at byte 12, is 10", .labels = true, .at = 12, .bytes = "\12", .n = 1, .size = -1},
	{"first label out of range", "label 0, at byte 8, is 255", .labels = true, .at = 8, .bytes = "\xff", .n = 1, .size = -1},
	{"labels truncated", "truncated", .labels = true, .size = 12},
	{"labels with more", "trailing bytes", .labels = true, .size = 14},
};

static void apply(struct files *f, const struct damage *d)
{
	uint8_t *bytes = d->labels ? f->labels : f->images;
	size_t *size = d->labels ? &f->labels_size : &f->images_size;
	if (d->n)
		memcpy(bytes + d->at, d->bytes, (size_t)d->n);
	if (d->size >= 0)
		*size = (size_t)d->size;
}

static void damaged_files(void)
{
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		for (int zipped = 0; zipped < 2; zipped++) {
			struct files f = good();
			f.zipped = zipped;
			apply(&f, &damages[i]);
			write_files(&f);
			refused(damages[i].what, damages[i].says);
		}
	}
}

/* gzip's own structure: n bytes from the end (or from the start) exchanged or cut. */
static void damaged_gzip(void)
{
	struct files f = good();
	uint8_t packed[2 * ROOM];
	size_t n = gzip(f.images, f.images_size, packed);
	const char *damaged = "gzip data is damaged at byte";
	struct { const char *what, *says; size_t flip, size; } kinds[] = {
		{"checksum", damaged, n - 8, n}, {"length", damaged, n - 4, n}, {"method", damaged, 2, n},
		{"within the data", "images.gz", n / 2, n},       /* may unzip to more numbers before the damage shows */
		{"half a file", damaged, n, n / 2}, {"no checksum", damaged, n, n - 8}, {"no length", damaged, n, n - 4},
		{"gzip header alone", damaged, n, 10},
	};
	write_files(&f);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		uint8_t copy[2 * ROOM];
		memcpy(copy, packed, n);
		copy[kinds[i].flip] ^= 0x55;
		write_bytes("images.gz", copy, kinds[i].size);
		refused(kinds[i].what, kinds[i].says);
	}
	memcpy(packed + n, "more", 4);
	write_bytes("images.gz", packed, n + 4);
	refused("bytes behind gzip", "not gzip follow");
}

/* Any single byte changed anywhere: refused or read, never a crash (the sanitizers watch). */
static void flipped_bytes(void)
{
	struct files f = good();
	f.zipped = false;
	for (size_t i = 0; i < 16; i++) {
		struct files g = f;
		g.images[i] ^= 0xff;
		write_files(&g);
		refused("a header byte flipped", "images.gz");
	}
}

static void values(void)
{
	struct files f = good();
	model.classes = 1;
	model.loss = (struct rt_loss){"mean_squared_error", -FLT_MAX, FLT_MAX, false};
	memcpy(f.labels, "\0\0\x0d\1\0\0\0\5", 8);
	for (int i = 0; i < SAMPLES; i++)
		memcpy(f.labels + 8 + 4 * i, i == 4 ? "\x7f\x80\0\0" : "\x3f\x80\0\0", 4);
	f.labels_size = 8 + 4 * SAMPLES;
	write_files(&f);
	refused("an infinite value", "label 4, at byte 24, is inf; mean_squared_error takes finite numbers");
	model.classes = 10;
	f = good();
	f.images[2] = 0x0d;
	memset(f.images + 16, 0, sizeof f.images - 16);
	memcpy(f.images + 16 + 4 * 25, "\x7f\xc0\0\0", 4);
	f.images_size = 16 + 4 * SAMPLES * PIXELS;
	write_files(&f);
	refused("a NaN in an image", "sample 2 holds a number that is not finite, at byte 116");
}

static void missing(void)
{
	char path[512];
	snprintf(path, sizeof path, "%s/input/data/training/images.gz", prefix);
	unlink(path);
	refused("no images", "images.gz is not there, gzipped or plain: the folder holds labels.gz");
	struct files f = good();
	write_file("images", f.images, f.images_size, false);
	write_file("labels.gz", f.labels, f.labels_size, true);
	struct rt_data d;
	CHECK(!read_channel(&d));                            /* the twin without .gz */
	rt_data_free(&d);
}

int main(void)
{
	char command[600];
	if (!mkdtemp(prefix))
		return 1;
	snprintf(command, sizeof command, "mkdir -p %s/input/data/training", prefix);
	if (system(command))
		return 1;
	good_files();
	types();
	members();
	damaged_files();
	damaged_gzip();
	flipped_bytes();
	values();
	missing();
	snprintf(command, sizeof command, "rm -r %s", prefix);
	return system(command) || checks_failed();
}
