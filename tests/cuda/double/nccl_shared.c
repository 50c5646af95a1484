/* Memory that the ranks of a communicator share. See nccl_shared.h. */
#define _GNU_SOURCE
#include "nccl_shared.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char magic[8] = "double1";
static const size_t bytes = sizeof(struct meeting) + (size_t)MOST_RANKS * SLOT_BYTES;

bool meeting_create(struct meeting_id *id)
{
	static uint64_t numbers;
	int file = memfd_create("nccl double", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, (off_t)bytes))
		return false;
	*id = (struct meeting_id){.process = getpid(), .file = file, .number = ++numbers};
	memcpy(id->magic, magic, sizeof magic);
	return true;
}

struct meeting *meeting_open(const struct meeting_id *id)
{
	char path[64];
	if (memcmp(id->magic, magic, sizeof magic))
		return NULL;
	snprintf(path, sizeof path, "/proc/%d/fd/%d", id->process, id->file);
	int file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0)
		return NULL;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	return memory == MAP_FAILED ? NULL : memory;
}

const char *meeting_join(struct meeting *meeting, int rank, int ranks, int device)
{
	int nobody = 0, unknown = 0;
	if (rank < 0 || rank >= ranks || ranks > MOST_RANKS)
		return "this rank is not among them";
	if (!atomic_compare_exchange_strong(&meeting->ranks, &unknown, ranks) && unknown != ranks)
		return "the ranks disagree on how many they are";
	if (!atomic_compare_exchange_strong(&meeting->members[rank].process, &nobody, getpid()))
		return "another process has this rank";
	meeting->members[rank].device = device;
	atomic_fetch_add(&meeting->joined, 1);
	return NULL;
}
