/* Runs one block of a kernel: a fiber for every CUDA thread, all on the calling OS thread, which gets its turn in the
   order the launch says and keeps it until it waits for others. Shared memory is NaN when a block begins; waits that
   can never end are reported with kernel, block, thread and line. Memory is sequentially consistent: a missing fence
   goes unseen. */
#define _GNU_SOURCE
#include "block.h"
#include "switch.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, bytes) ((void)(memory), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(memory, bytes) ((void)(memory), (void)(bytes))
#endif

enum {
	MOST_THREADS = 1024,
	WARP = 32,
	WARPS = MOST_THREADS / WARP,
	STACK = 256 << 10,
	GUARD = 4096,
	STATIC_LIMIT = 48 << 10,
	DYNAMIC_MOST = 256 << 10,
	MOST_EXCHANGED = 64,
	SCRATCH = 8 << 10,
	BESIDE = 64,                            /* bytes behind dynamic shared memory that must stay NaN */
};

enum state { READY, AT_BARRIER, IN_WARP, DONE };

struct thread {
	struct fiber fiber;
	uint3 index;
	enum state state;
	int line, predicate;
	struct double_exchange exchange;
};

static struct {
	struct thread threads[MOST_THREADS];
	struct fiber scheduler;
	unsigned count, live, current;
	unsigned alive[WARPS], waiting[WARPS];      /* lanes, as bits */
	unsigned long epoch;                        /* counts the blocks */
	size_t static_bytes;
	int predicates;
	const struct double_launch *launch;
	void *const *arguments;
	_Alignas(16) unsigned char scratch[WARPS][SCRATCH];
} block;
static _Alignas(1024) unsigned char dynamic_shared[DYNAMIC_MOST + BESIDE];

struct double_place double_here;

static _Noreturn void die(const struct thread *at, int line, const char *what)
{
	uint3 b = double_here.block, t = at->index;
	fprintf(stderr, "cuda double: kernel %s block (%u,%u,%u) thread (%u,%u,%u) line %d: %s\n", block.launch->kernel->name,
		b.x, b.y, b.z, t.x, t.y, t.z, line, what);
	abort();
}

static struct thread *running(void)
{
	return &block.threads[block.current];
}

static void let_others_run(enum state state)
{
	running()->state = state;
	fiber_switch(&running()->fiber, &block.scheduler, state == DONE);
}

/* --- shared memory --- */

static _Noreturn void shared_too_large(void)
{
	die(running(), 0, "over 48 KB of static shared memory in a block");
}

void double_shared(void *memory, size_t bytes, unsigned long *epoch)
{
	if (*epoch == block.epoch)
		return;
	*epoch = block.epoch;
	memset(memory, 0xff, bytes);
	block.static_bytes += bytes;
	if (block.static_bytes > STATIC_LIMIT)
		shared_too_large();
}

void *double_dynamic_shared(void)
{
	return dynamic_shared;
}

void *double_warp_scratch(void)
{
	return block.scratch[block.current / WARP];
}

static void poison_shared(size_t bytes)
{
	block.epoch++;
	block.static_bytes = 0;
	ASAN_UNPOISON_MEMORY_REGION(dynamic_shared, sizeof dynamic_shared);
	memset(dynamic_shared, 0xff, bytes + BESIDE);
	ASAN_POISON_MEMORY_REGION(dynamic_shared + bytes, sizeof dynamic_shared - bytes);
}

static void check_shared(size_t bytes)
{
	ASAN_UNPOISON_MEMORY_REGION(dynamic_shared, sizeof dynamic_shared);
	for (size_t i = bytes; i < bytes + BESIDE; i++)
		if (dynamic_shared[i] != 0xff)
			die(running(), 0, "the block wrote behind its dynamic shared memory");
}

/* --- warps --- */

unsigned double_lane(void)
{
	return block.current % WARP;
}

static bool same_exchange(const struct double_exchange *a, const struct double_exchange *b)
{
	return a->mask == b->mask && a->line == b->line && a->operation == b->operation;
}

/* Whether all living lanes of the mask wait in the same exchange as this one. */
static bool complete(unsigned warp, unsigned lane)
{
	const struct thread *threads = &block.threads[warp * WARP];
	unsigned wanted = threads[lane].exchange.mask & block.alive[warp];
	if ((block.waiting[warp] & wanted) != wanted)
		return false;
	for (unsigned i = 0; i < WARP; i++)
		if (wanted >> i & 1 && !same_exchange(&threads[i].exchange, &threads[lane].exchange))
			return false;
	return true;
}

/* A lane that does not take part has no value to give: NaN, where a GPU gives anything. */
static void give(const struct double_exchange *e, unsigned taking_part, unsigned ballot,
	unsigned char values[WARP][MOST_EXCHANGED])
{
	if (e->operation == BALLOT)
		*(unsigned *)e->out = ballot;
	else if (e->operation == SHUFFLE && taking_part >> e->source % WARP & 1)
		memcpy(e->out, values[e->source % WARP], e->bytes);
	else if (e->operation == SHUFFLE)
		memset(e->out, 0xff, e->bytes);
}

static void serve(unsigned warp, unsigned lane)
{
	struct thread *threads = &block.threads[warp * WARP];
	unsigned taking_part = threads[lane].exchange.mask & block.alive[warp], ballot = 0;
	unsigned char values[WARP][MOST_EXCHANGED];
	for (unsigned i = 0; i < WARP; i++) {
		const struct double_exchange *e = &threads[i].exchange;
		if (!(taking_part >> i & 1))
			continue;
		if (e->bytes)
			memcpy(values[i], e->in, e->bytes);
		if (e->operation == BALLOT)
			ballot |= (unsigned)(*(const int *)e->in != 0) << i;
	}
	for (unsigned i = 0; i < WARP; i++)
		if (taking_part >> i & 1) {
			give(&threads[i].exchange, taking_part, ballot, values);
			threads[i].state = READY;
		}
	block.waiting[warp] &= ~taking_part;
}

void double_warp(const struct double_exchange *exchange)
{
	struct thread *me = running();
	unsigned warp = block.current / WARP, lane = block.current % WARP;
	if (!(exchange->mask >> lane & 1))
		die(me, exchange->line, "a lane is not in its own mask");
	if (exchange->bytes > MOST_EXCHANGED)
		die(me, exchange->line, "a shuffle of over 64 bytes");
	me->exchange = *exchange;
	me->line = exchange->line;
	block.waiting[warp] |= 1u << lane;
	if (complete(warp, lane))
		serve(warp, lane);
	else
		let_others_run(IN_WARP);
}

/* Lanes that have ended are waited for no longer. */
static void leave_warp(void)
{
	unsigned warp = block.current / WARP;
	block.alive[warp] &= ~(1u << block.current % WARP);
	for (unsigned i = 0; i < WARP; i++)
		if (block.waiting[warp] >> i & 1 && complete(warp, i))
			serve(warp, i);
}

/* --- the whole block --- */

void double_barrier(int line)
{
	running()->line = line;
	running()->predicate = 0;
	let_others_run(AT_BARRIER);
}

int double_barrier_count(int predicate, int line)
{
	running()->line = line;
	running()->predicate = predicate != 0;
	let_others_run(AT_BARRIER);
	return block.predicates;
}

static void enter(void)
{
	fiber_arrived(&running()->fiber, &block.scheduler);
	block.launch->kernel->call(block.arguments);
	block.live--;
	leave_warp();
	let_others_run(DONE);
	abort();
}

static void make_stack(struct fiber *fiber)
{
	if (fiber->stack)
		return;
	char *memory = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED || mprotect(memory, GUARD, PROT_NONE)) {
		perror("cuda double: no stack for a thread");
		abort();
	}
	fiber->stack = memory;
	fiber->bytes = STACK;
}

static void make_threads(dim3 size)
{
	block.count = block.live = size.x * size.y * size.z;
	memset(block.alive, 0, sizeof block.alive);
	memset(block.waiting, 0, sizeof block.waiting);
	for (unsigned i = 0; i < block.count; i++) {
		struct thread *thread = &block.threads[i];
		thread->index = (uint3){i % size.x, i / size.x % size.y, i / (size.x * size.y)};
		thread->state = READY;
		make_stack(&thread->fiber);
		fiber_prepare(&thread->fiber, enter);
		block.alive[i / WARP] |= 1u << i % WARP;
	}
}

static unsigned common_divisor(unsigned a, unsigned b)
{
	return b ? common_divisor(b, a % b) : a;
}

static unsigned coprime_stride(unsigned wanted, unsigned count)
{
	unsigned stride = wanted % count | 1;
	while (common_divisor(stride, count) != 1)
		stride += 2;
	return stride;
}

static unsigned turn(unsigned i, unsigned stride)
{
	switch (block.launch->order) {
	case FORWARD:
		return i;
	case BACKWARD:
		return block.count - 1 - i;
	default:
		return (unsigned)(((unsigned long)i * stride + stride) % block.count);
	}
}

/* Gives every thread that can go on its turn; false when none could. */
static bool run_ready(unsigned stride)
{
	bool any = false;
	for (unsigned i = 0; i < block.count; i++) {
		unsigned next = turn(i, stride);
		struct thread *thread = &block.threads[next];
		if (thread->state != READY)
			continue;
		any = true;
		block.current = next;
		double_here.thread = thread->index;
		fiber_switch(&block.scheduler, &thread->fiber, false);
	}
	return any;
}

static void check_barrier(void)
{
	int line = 0;
	for (unsigned i = 0; i < block.count; i++) {
		const struct thread *thread = &block.threads[i];
		if (thread->state == IN_WARP)
			die(thread, thread->line, "deadlock: not all lanes of the mask come to this warp operation");
	}
	for (unsigned i = 0; i < block.count; i++) {
		const struct thread *thread = &block.threads[i];
		if (thread->state == AT_BARRIER && block.live < block.count)
			die(thread, thread->line, "__syncthreads after other threads of the block have ended");
		if (thread->state == AT_BARRIER && line && thread->line != line)
			die(thread, thread->line, "divergent __syncthreads: other threads of the block wait in another line");
		line = thread->state == AT_BARRIER ? thread->line : line;
	}
}

/* Nothing can go on: either all stand at the same barrier or the block hangs. */
static void release_barrier(void)
{
	check_barrier();
	block.predicates = 0;
	for (unsigned i = 0; i < block.count; i++)
		block.predicates += block.threads[i].predicate;
	for (unsigned i = 0; i < block.count; i++) {
		block.threads[i].state = READY;
		block.threads[i].predicate = 0;
	}
}

void double_run_block(const struct double_launch *launch, void *const *arguments, uint3 index)
{
	block.launch = launch;
	block.arguments = arguments;
	double_here = (struct double_place){.block = index, .block_size = launch->block, .grid_size = launch->grid};
	poison_shared(launch->dynamic_bytes);
	make_threads(launch->block);
	unsigned stride = coprime_stride(launch->permutation, block.count);
	while (block.live)
		if (!run_ready(stride))
			release_barrier();
	check_shared(launch->dynamic_bytes);
}
