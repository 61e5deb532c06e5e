// The part of the C library that components and their bindings use; see `libc.c`.
#pragma once
#include <stddef.h>

void *malloc(size_t size);
void *realloc(void *start, size_t size);
void free(void *start);
_Noreturn void abort(void);
