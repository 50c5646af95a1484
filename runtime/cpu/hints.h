/* What the compiler is told about loops and functions. */
#ifndef TRAINC_HINTS_H
#define TRAINC_HINTS_H

#define INLINE static inline __attribute__((always_inline))
/* Kernels and passes are optimized one by one: as one large function they would take the compiler half as long again, and have
 * no names in profiles. */
#define NOINLINE static __attribute__((noinline))

/* UNROLL is for loops over registers: their arrays stay in registers only if nothing is left of the loop. LANEWISE is for
 * loops over the lanes of one vector, which become one vector operation only if they are still loops. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define LANEWISE
#else
#define UNROLL _Pragma("GCC unroll 64")
#define LANEWISE _Pragma("GCC unroll 1")
#endif

/* Code is compiled for AMX: as GCC says it, or clang before 17. */
#if defined __AMX_BF16__ || defined __AMXBF16__
#define FOR_AMX
#endif

/* Keeps a pointer in one register: else GCC splits sums of addresses that an unrolled loop uses into one for each use. */
#define OPAQUE(pointer) __asm__("" : "+r"(pointer))

#endif
