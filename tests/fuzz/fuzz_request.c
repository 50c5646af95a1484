/* Any bytes as a request's body: the first picks the media type. A failure, told in UTF-8, or samples of the model, never a
 * crash; and any text as Content-Type and Accept. */
#include "serve.h"
#include <assert.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const struct rt_model model = {.name = "fuzz", .input_rank = 3, .input = {2, 2, 3}, .scale = 1 / 255.0, .outputs = 2};

static void read_as(const struct rt_reader *r, const char *body, size_t size)
{
	struct rt_samples s = {0};
	volatile float sum = 0;
	if (!r->read(&s, &model, body, size))
		for (size_t i = 0; i < (size_t)s.n * rt_element_count(&model); i++)
			sum = sum + s.values[i];
	free(s.values);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char reason[RT_REASON] = "", *body;
	int readers = 0;
	if (!size)
		return 0;
	while (rt_readers[readers].type)
		readers++;
	body = calloc(size - 1 + RT_BODY_BEHIND, 1);                    /* all but the first byte */
	memcpy(body, bytes + 1, size - 1);
	rt_fail_into(reason);
	read_as(&rt_readers[bytes[0] % readers], body, size - 1);
	assert(setlocale(LC_CTYPE, "C.UTF-8") && mbstowcs(NULL, reason, 0) != (size_t)-1 && !strchr(reason, '\n'));
	rt_reader_find(body);
	rt_writer_find(body);
	free(body);
	return 0;
}
