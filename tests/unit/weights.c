/* A file of weights with one chunk that unpacks to half a gigabyte: it is refused, and nobody takes that much memory. */
#define _DEFAULT_SOURCE
#include "internal.h"
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>
#include "check.h"

enum { ZEROS = 512 << 20, PIECE = 1 << 20, SIZE = 16 };

static const struct rt_layer layers[] = {{.name = "input_1"}, {.name = "dense_1"}};
static const struct rt_parameter parameters[] = {{.layer = 1, .name = "kernel", .rank = 2, .dims = {4, 4}, .count = SIZE}};
static const struct rt_model model = {.name = "unit", .layers = layers, .n_layers = 2, .parameters = parameters,
	.n_parameters = 1, .weights = SIZE, .trainable = SIZE};

/* ZEROS zeros, zipped; malloc. */
static unsigned char *zipped(size_t *size)
{
	const size_t room = ZEROS / 100;
	unsigned char *bytes = malloc(room), *piece = calloc(PIECE, 1);
	z_stream z = {.next_out = bytes, .avail_out = (unsigned)room};
	CHECK(bytes && piece && deflateInit(&z, 1) == Z_OK);
	for (int left = ZEROS; left > 0; left -= PIECE) {
		z.next_in = piece;
		z.avail_in = PIECE;
		CHECK(deflate(&z, left > PIECE ? Z_NO_FLUSH : Z_FINISH) >= 0);
	}
	*size = z.total_out;
	deflateEnd(&z);
	free(piece);
	return bytes;
}

static void write_names(hid_t object, const char *attribute, const char *name)
{
	const hsize_t one = 1;
	hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &one, NULL);
	H5Tset_size(type, strlen(name));
	hid_t a = H5Acreate2(object, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
	CHECK(H5Awrite(a, type, name) >= 0);
	H5Aclose(a);
	H5Sclose(space);
	H5Tclose(type);
}

/* The kernel in one zipped chunk: these bytes, or its own numbers, all 0.5, where there are none. */
static void write_kernel(hid_t group, const unsigned char *bytes, size_t size)
{
	const hsize_t dims[] = {4, 4}, most[] = {H5S_UNLIMITED, H5S_UNLIMITED}, chunk[] = {1024, 1024}, origin[] = {0, 0};
	float numbers[SIZE];
	for (int i = 0; i < SIZE; i++)
		numbers[i] = 0.5F;
	hid_t space = H5Screate_simple(2, dims, most), how = H5Pcreate(H5P_DATASET_CREATE);
	CHECK(H5Pset_chunk(how, 2, chunk) >= 0 && H5Pset_deflate(how, 1) >= 0);
	hid_t set = H5Dcreate2(group, "kernel", H5T_IEEE_F32LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
	CHECK((bytes ? H5Dwrite_chunk(set, H5P_DEFAULT, 0, origin, size, bytes) :
		H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers)) >= 0);
	H5Dclose(set);
	H5Pclose(how);
	H5Sclose(space);
}

static void write_file(const char *path, const unsigned char *bytes, size_t size)
{
	hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
	hid_t group = H5Gcreate2(file, "dense_1", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	write_names(file, "layer_names", "dense_1");
	write_names(group, "weight_names", "kernel");
	write_kernel(group, bytes, size);
	H5Gclose(group);
	CHECK(H5Fclose(file) >= 0);
}

/* The address sanitizer takes terabytes of addresses, and an emulator keeps no limit of them. */
static int limits_are_kept(void)
{
#ifdef __SANITIZE_ADDRESS__
	return 0;
#else
	return !getenv("TRAINC_EMULATOR");
#endif
}

int main(void)
{
	char folder[] = "/tmp/trainc-unit-XXXXXX", path[64];
	real weights[SIZE] = {0};
	struct rt_state state = {.weights = weights};
	struct rusage used;
	char file[RT_PATH];
	size_t size;
	unsigned char *bytes = zipped(&size);
	CHECK(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/weights.hd5", folder);
	write_file(path, NULL, 0);
	CHECK(!rt_weights_read(&state, &model, folder, file) && file[0] && weights[0] == 0.5F && weights[SIZE - 1] == 0.5F);
	if (limits_are_kept()) {
		write_file(path, bytes, size);
		CHECK(rt_weights_read(&state, &model, folder, file) == -1);
		CHECK(rt_failure() && strstr(rt_failure(), "'dense_1/kernel' cannot be read"));
		getrusage(RUSAGE_CHILDREN, &used);
		CHECK(used.ru_maxrss < 300 << 10);
		printf("%ld KiB\n", used.ru_maxrss);
	}
	free(bytes);
	unlink(path);
	rmdir(folder);
	return checks_failed();
}
