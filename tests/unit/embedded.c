/* The templates built into the compiler are the files of templates/, byte for byte and in order of name. */
#include "template.h"
#include <stdio.h>
#include <string.h>

static int same_as_file(const struct embedded *e)
{
	static char text[1 << 20];
	char path[4096];
	snprintf(path, sizeof path, "%s/templates/%s", SOURCE_FOLDER, e->name);
	FILE *f = fopen(path, "rb");
	size_t size = f ? fread(text, 1, sizeof text, f) : 0;

	if (f)
		fclose(f);
	return f && size == e->size && strlen(e->text) == size && memcmp(text, e->text, size) == 0;
}

int main(void)
{
	const char *before = "";
	int wrong = 0;

	for (const struct embedded *e = embedded_templates; e->name; before = e->name, e++)
		if (!same_as_file(e) || strcmp(before, e->name) >= 0) {
			printf("FAILED: %s\n", e->name);
			wrong = 1;
		}
	return wrong || !*before;
}
