/* Changes stacks: a few instructions on x86-64, ucontext elsewhere, told to AddressSanitizer where it looks on. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER
#endif
#elif defined __SANITIZE_ADDRESS__
#define ADDRESS_SANITIZER
#endif

#if !defined __x86_64__ && !defined DOUBLE_UCONTEXT
#define DOUBLE_UCONTEXT                         /* tests ask for it on x86-64 too */
#endif
#if defined DOUBLE_UCONTEXT
#include <ucontext.h>
#endif

struct fiber {
	char *stack;
	size_t bytes;
#if defined DOUBLE_UCONTEXT
	ucontext_t context;
#else
	void *pointer;
#endif
	void *fake_stack;                       /* AddressSanitizer's */
};

void fiber_prepare(struct fiber *fiber, void (*entry)(void));
void fiber_switch(struct fiber *from, struct fiber *to, bool ended);
void fiber_arrived(struct fiber *here, struct fiber *from);     /* first thing in entry */
