/* Arrays of kernels that a thread's stack may have no room for: small ones lie on it, where the compiler can keep them in
 * registers, large ones in memory that the thread keeps for its next kernel. */
#ifndef TRAINC_SCRATCH_H
#define TRAINC_SCRATCH_H
#include <stddef.h>
#include <string.h>

/* A kernel has at most one array in each place; kernels call no other kernels. */
enum rt_scratch_place {
	RT_SCRATCH_SUMS, RT_SCRATCH_LEFT, RT_SCRATCH_RIGHT, RT_SCRATCH_ROW, RT_SCRATCH_BIAS, RT_SCRATCH_THROUGH, RT_SCRATCH_PLACES
};
enum { RT_SCRATCH_ON_STACK = 8 << 10 };     /* bytes of an array at most: a kernel has several */

/* The thread's memory for this place, of any content; the program ends where there is none. */
void *rt_scratch(enum rt_scratch_place place, size_t bytes);

/* type name[count], of any content; count is a constant. */
#define SCRATCH(type, name, place, count) \
	_Alignas(64) type name##_on_stack[sizeof(type) * (count) <= RT_SCRATCH_ON_STACK ? (count) : 1]; \
	type *restrict const name = sizeof(type) * (count) <= RT_SCRATCH_ON_STACK ? name##_on_stack : \
		(type *)rt_scratch(RT_SCRATCH_##place, sizeof(type) * (count))
/* The same, all zeros. */
#define SCRATCH_ZEROS(type, name, place, count) \
	SCRATCH(type, name, place, count); \
	memset(name, 0, sizeof(type) * (count))

#endif
