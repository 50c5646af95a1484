/* Compiles an emitted directory with CMake and the C compiler. */
#ifndef TRAINC_BUILD_H
#define TRAINC_BUILD_H
#include <stdbool.h>
#include "arena.h"

/* Leaves DIR/train; false after printing what CMake said. */
bool build_program(struct arena *a, const char *directory);

#endif
