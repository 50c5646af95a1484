/* Changes stacks. See switch.h. */
#include "switch.h"
#include <stdlib.h>
#include <string.h>

#if defined ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#else
static void __sanitizer_start_switch_fiber(void **save, const void *bottom, size_t bytes)
{
	(void)save, (void)bottom, (void)bytes;
}

static void __sanitizer_finish_switch_fiber(void *saved, const void **bottom, size_t *bytes)
{
	(void)saved, (void)bottom, (void)bytes;
}
#endif

#if !defined DOUBLE_UCONTEXT

/* Jumps instead of returning: the processor expects a return to go where the last call came from. */
void double_change_stack(void **save, void *to);
__asm__(".text\n"
	".globl double_change_stack\n"
	".type double_change_stack, @function\n"
	"double_change_stack:\n"
	"push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
	"mov %rsp, (%rdi)\n"
	"mov %rsi, %rsp\n"
	"pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\n"
	"pop %rdx\njmp *%rdx\n"
	".size double_change_stack, . - double_change_stack\n");

/* As if entry had been called from nowhere: six registers, where to go, and no address to return to. */
void fiber_prepare(struct fiber *fiber, void (*entry)(void))
{
	void **top = (void **)(fiber->stack + fiber->bytes - 64);
	*--top = NULL;
	*--top = (void *)entry;
	top -= 6;
	memset(top, 0, 6 * sizeof *top);
	fiber->pointer = top;
}

static void change(struct fiber *from, struct fiber *to)
{
	double_change_stack(&from->pointer, to->pointer);
}

#else

void fiber_prepare(struct fiber *fiber, void (*entry)(void))
{
	getcontext(&fiber->context);
	fiber->context.uc_stack.ss_sp = fiber->stack;
	fiber->context.uc_stack.ss_size = fiber->bytes;
	fiber->context.uc_link = NULL;
	makecontext(&fiber->context, entry, 0);
}

static void change(struct fiber *from, struct fiber *to)
{
	swapcontext(&from->context, &to->context);
}

#endif

void fiber_switch(struct fiber *from, struct fiber *to, bool ended)
{
	__sanitizer_start_switch_fiber(ended ? NULL : &from->fake_stack, to->stack, to->bytes);
	change(from, to);
	__sanitizer_finish_switch_fiber(from->fake_stack, NULL, NULL);
}

/* The stack of the OS thread is nobody's to allocate: where it lies is learnt from the first switch away from it. */
void fiber_arrived(struct fiber *here, struct fiber *from)
{
	const void *bottom = from->stack;
	(void)here;
	__sanitizer_finish_switch_fiber(NULL, &bottom, &from->bytes);
	from->stack = (char *)bottom;
}
