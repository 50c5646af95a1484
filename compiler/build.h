/* Compiles an emitted directory with CMake and the C compiler. */
#ifndef TRAINC_BUILD_H
#define TRAINC_BUILD_H
#include <stdbool.h>
#include "arena.h"

/* is_static: with every library inside. Leaves DIR/train; false after printing what CMake said. */
bool build_program(struct arena *a, const char *directory, bool is_static);

#endif
