/* usage: nvrtc LIBRARY KERNELS CUBIN [OPTIONS...]
 * Compiles kernels by the library NVRTC, for an architecture that the toolkit's own nvcc has dropped. What the compiler says
 * goes to stderr. NVRTC knows no system header: the few that kernels include stand here. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As nvrtc.h has them: the header would be one more thing to find. */
typedef struct program *program;
static struct {
	int (*create)(program *, const char *source, const char *name, int headers, const char *const *texts, const char *const *names);
	int (*compile)(program, int options, const char *const *option);
	int (*log_size)(program, size_t *);
	int (*log)(program, char *);
	int (*cubin_size)(program, size_t *);
	int (*cubin)(program, char *);
	const char *(*error)(int);
} nvrtc;

static const char *const names[] = {"stdint.h", "stddef.h", "stdbool.h", "math.h"};
static const char *const texts[] = {
	"typedef signed char int8_t; typedef short int16_t; typedef int int32_t; typedef long long int64_t;\n"
	"typedef unsigned char uint8_t; typedef unsigned short uint16_t; typedef unsigned uint32_t;\n"
	"typedef unsigned long long uint64_t;\n",
	"", "", "",
};

static void __attribute__((noreturn)) fail(const char *what, const char *why)
{
	fprintf(stderr, "nvrtc: %s: %s\n", what, why);
	exit(1);
}

static void check(int result, const char *what)
{
	if (result)
		fail(what, nvrtc.error(result));
}

static void load(const char *path)
{
	const struct { const char *name; void *to; } functions[] = {
		{"nvrtcCreateProgram", &nvrtc.create}, {"nvrtcCompileProgram", &nvrtc.compile}, {"nvrtcGetProgramLogSize", &nvrtc.log_size},
		{"nvrtcGetProgramLog", &nvrtc.log}, {"nvrtcGetCUBINSize", &nvrtc.cubin_size}, {"nvrtcGetCUBIN", &nvrtc.cubin},
		{"nvrtcGetErrorString", &nvrtc.error},
	};
	void *library = dlopen(path, RTLD_NOW);
	if (!library)
		fail(path, dlerror());
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		void *found = dlsym(library, functions[i].name);
		if (!found)
			fail(path, functions[i].name);
		memcpy(functions[i].to, &found, sizeof found);
	}
}

static char *allocate(size_t size)
{
	char *memory = calloc(size + 1, 1);
	if (!memory)
		fail("nvrtc", "not enough memory");
	return memory;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END))
		fail(path, "cannot be read");
	const size_t size = (size_t)ftell(f);
	char *text = allocate(size);
	rewind(f);
	if (fread(text, 1, size, f) != size || fclose(f))
		fail(path, "cannot be read");
	return text;
}

static void write_file(const char *path, const char *bytes, size_t size)
{
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(bytes, 1, size, f) != size || fclose(f))
		fail(path, "cannot be written");
}

static void say_log(program p)
{
	size_t size = 0;
	check(nvrtc.log_size(p, &size), "its log");
	char *log = allocate(size);
	check(nvrtc.log(p, log), "its log");
	fputs(log, stderr);
	free(log);
}

int main(int argc, char **argv)
{
	enum { LIBRARY = 1, KERNELS, CUBIN, OPTIONS };
	program p;
	size_t size = 0;
	if (argc < OPTIONS)
		fail("usage", "nvrtc LIBRARY KERNELS CUBIN [OPTIONS...]");
	load(argv[LIBRARY]);
	char *source = read_file(argv[KERNELS]);
	check(nvrtc.create(&p, source, argv[KERNELS], (int)(sizeof names / sizeof *names), texts, names), argv[KERNELS]);
	const int result = nvrtc.compile(p, argc - OPTIONS, (const char *const *)argv + OPTIONS);
	say_log(p);
	check(result, argv[KERNELS]);
	check(nvrtc.cubin_size(p, &size), argv[KERNELS]);
	char *cubin = allocate(size);
	check(nvrtc.cubin(p, cubin), argv[KERNELS]);
	write_file(argv[CUBIN], cubin, size);
	free(cubin);
	free(source);
	return 0;
}
