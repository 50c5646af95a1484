/* The arithmetic of reductions. */
#pragma once
#include <nccl.h>
#include <stddef.h>

size_t nccl_type_bytes(ncclDataType_t type);    /* 0: a type that the double does not know */
const char *nccl_type_name(ncclDataType_t type);
const char *nccl_operation_name(ncclRedOp_t operation); /* NULL: not known */

/* to[i] = operation over ranks r of from[r][i], in the order of the ranks. */
void nccl_reduce(ncclDataType_t type, ncclRedOp_t operation, void *to, const void *const *from, int ranks,
	size_t count);
