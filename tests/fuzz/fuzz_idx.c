/* Any bytes as an IDX file, gzipped or plain: a failure or numbers, never a crash. */
#include "internal.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char path[FUZZ_PATH];
	struct rt_idx x;
	int fd = fuzz_file(bytes, size, path);
	if (!rt_idx_read(&x, path, "fuzz")) {
		volatile double sum = 0;
		for (size_t i = 0; i < x.elements; i++)
			sum = sum + rt_idx_value(&x, i);
		free(x.storage);
	}
	close(fd);
	return 0;
}
