/* What the ranks of a double's communicator share: memory, and a barrier that nobody blocks in. */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_RANKS = 64, SLOT_BYTES = 1 << 20 };

/* What all ranks must say alike of a collective operation. */
struct agreement {
	char name[24];
	uint64_t count;
	int type, operation, root;
};

struct member {
	atomic_int process;                     /* 0: nobody has this rank yet */
	int device;
	struct agreement wants;
};

struct meeting {
	atomic_int ranks, joined;
	atomic_ulong arrived;                   /* of all ranks at all barriers so far */
	atomic_int aborted;                     /* 1 + the rank that did */
	struct member members[MOST_RANKS];
	_Alignas(64) unsigned char slots[][SLOT_BYTES];
};

/* A meeting lies in memory of the process that made the id, without a name: it is gone when the last rank is. */
struct meeting_id {
	char magic[8];
	int process, file;
	uint64_t number;
};

bool meeting_create(struct meeting_id *id);
struct meeting *meeting_open(const struct meeting_id *id);      /* NULL: its maker is gone, or this is no id */

/* Takes a place: NULL, or what is wrong. */
const char *meeting_join(struct meeting *meeting, int rank, int ranks, int device);
