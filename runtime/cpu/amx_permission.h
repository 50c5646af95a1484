/* AMX: whether the processor has tiles of bfloat16, and Linux lets this process use them. */
#ifndef TRAINC_AMX_PERMISSION_H
#define TRAINC_AMX_PERMISSION_H
#include <stdbool.h>
#include "hints.h"
#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Asks Linux (5.16 and later) for the tiles' state, on behalf of all threads from then on. Without the answer yes the first
 * instruction ends the process. */
static inline bool amx_permission(void)
{
	enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
	unsigned a, b, c, d;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && d & AMX_BF16 && d & AMX_TILE &&
		syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}
#endif

/* Whether code that is compiled as this is may run, as far as AMX goes */
static inline bool amx_may_run(void)
{
#ifdef FOR_AMX
	return amx_permission();
#else
	return true;
#endif
}

#endif
