/* Any bytes as a hyperparameter's value, of each kind: a failure or a value, never a crash. */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *value = malloc(size + 1);
	if (size)
		memcpy(value, bytes, size);
	value[size] = '\0';
	for (int kind = RT_INT; kind <= RT_STRING; kind++) {
		const struct rt_hyperparameter h = {.name = "h", .kind = (enum rt_kind)kind, .fallback = "0"};
		bool set = false;
		double number = 0;
		char *text = NULL;
		if (!rt_hyperparameter_parse(&h, value, "fuzz", &set, &number, &text))
			free(text);
	}
	free(value);
	return 0;
}
