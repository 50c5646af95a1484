/* Any bytes as a spec: an error message or a plan, never a crash. */
#include "diag.h"
#include "plan.h"
#include "yaml.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char path[FUZZ_PATH];
	int fd = fuzz_file(bytes, size, path);
	struct arena *a = arena_new();
	struct diag *d = diag_new(a);
	const struct yaml *yaml = NULL;
	if (yaml_read(a, path, d, &yaml) == YAML_OK) {
		const struct spec *spec = spec_check(a, yaml, d);
		const struct graph *graph = spec ? graph_build(a, spec, d) : NULL;
		if (graph && !diag_errors(d))
			plan_make(a, graph, &(struct plan_options){0});
	}
	FILE *nowhere = fopen("/dev/null", "w");
	diag_print(d, nowhere, false);
	fclose(nowhere);
	arena_free(a);
	close(fd);
	return 0;
}
