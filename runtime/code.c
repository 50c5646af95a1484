/* The instruction set that a program runs: the fastest of those that it has code for. */
#define _DEFAULT_SOURCE
#include "internal.h"
#include <stdlib.h>
#include <string.h>
#include "cpu/amx_permission.h"

static bool has_nothing_special(void)
{
	return true;
}

#ifdef __x86_64__
static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
		__builtin_cpu_supports("bmi2");
}

static bool has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		__builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static bool has_avx512bf16(void)
{
	return has_avx512() && __builtin_cpu_supports("avx512bf16");
}

static bool has_amx(void)
{
	return has_avx512bf16() && amx_permission();
}
#endif

static const struct { const char *name; bool (*runs)(void); } sets[] = {
#ifdef __x86_64__
	{"amx", has_amx},
	{"avx512bf16", has_avx512bf16},
	{"avx512", has_avx512},
	{"avx2", has_avx2},
	{"x86_64", has_nothing_special},
#endif
#ifdef __aarch64__
	{"neon", has_nothing_special},
#endif
	{"generic", has_nothing_special},
	{"cuda", has_nothing_special},         /* its device tells what it lacks */
};

/* x86-64 is x86_64, which C's names need. */
static bool same_isa(const char *a, const char *b)
{
	while (*a && (*a == *b || (strchr("-_", *a) && *b && strchr("-_", *b))))
		a++, b++;
	return !*a && !*b;
}

static bool runs(const struct rt_code *code)
{
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
		if (same_isa(sets[i].name, code->isa))
			return sets[i].runs();
	return false;
}

const struct rt_code *rt_code_choose(const struct rt_model *m, const char *isa)
{
	struct rt_text names = {0};
	for (const struct rt_code *const *code = m->codes; *code; code++) {
		if (!runs(*code))
			continue;
		if (!isa || same_isa(isa, (*code)->isa)) {
			free(names.bytes);
			return *code;
		}
		rt_text_printf(&names, "%s%s", names.size ? ", " : "", (*code)->isa);
	}
	if (isa)
		rt_fail(RT_USER_ERROR, "--isa %s: this program has no such code for this CPU; it has %s", rt_show(isa, SIZE_MAX).text,
			names.size ? names.bytes : "none");
	else
		rt_fail(RT_SYSTEM_ERROR, "this program has no code for this CPU");
	free(names.bytes);
	return NULL;
}
