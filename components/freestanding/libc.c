// As much of a C library as components in C need here, since there is none for this target.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 65536
#define ALIGN 16

// Defined by the linker.
extern uint8_t __heap_base;

// Blocks lie one behind the other, each with its size before it. Only the last can be freed.
static uint8_t *end = NULL;

static size_t *size_of(void *start) { return (size_t *)((uint8_t *)start - ALIGN); }

static uint8_t *rounded(uint8_t *start) {
  return (uint8_t *)(((uintptr_t)start + ALIGN - 1) & ~(uintptr_t)(ALIGN - 1));
}

void *malloc(size_t size) {
  if (!end) end = rounded(&__heap_base);
  uint8_t *start = end + ALIGN;
  uint8_t *after = rounded(start + size);
  size_t have = __builtin_wasm_memory_size(0) * PAGE;
  if ((uintptr_t)after > have) {
    size_t pages = ((uintptr_t)after - have + PAGE - 1) / PAGE;
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) return NULL;
  }
  *size_of(start) = size;
  end = after;
  return start;
}

void free(void *start) {
  if (start && rounded((uint8_t *)start + *size_of(start)) == end) end = (uint8_t *)start - ALIGN;
}

void *realloc(void *start, size_t size) {
  uint8_t *moved = malloc(size);
  if (start && moved) memcpy(moved, start, *size_of(start) < size ? *size_of(start) : size);
  return moved;
}

void abort(void) { __builtin_trap(); }

// One instruction.
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  return __builtin_memcpy(to, from, size);
}

int memcmp(const void *one, const void *other, size_t size) {
  const uint8_t *a = one, *b = other;
  for (; size; a++, b++, size--) {
    if (*a != *b) return *a - *b;
  }
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end) end++;
  return end - text;
}
