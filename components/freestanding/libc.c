// As much of a C library as components in C need here, since there is none for this target.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 65536
#define HEAD 16

// Defined by the linker.
extern uint8_t __heap_base;

// Blocks have sizes that are powers of two, and those that are free are in lists by size.
struct block {
  size_t class;
  struct block *next;
};

static struct block *unused[32];
static uintptr_t end;

void *malloc(size_t size) {
  size_t class = 32 - __builtin_clzl(size + HEAD - 1);
  struct block *block = unused[class];
  if (block) {
    unused[class] = block->next;
  } else {
    if (!end) end = ((uintptr_t)&__heap_base + HEAD - 1) & -(uintptr_t)HEAD;
    block = (struct block *)end;
    uintptr_t after = end + ((size_t)1 << class);
    size_t have = __builtin_wasm_memory_size(0) * PAGE;
    if (after > have && __builtin_wasm_memory_grow(0, (after - have + PAGE - 1) / PAGE) == SIZE_MAX)
      return NULL;
    end = after;
    block->class = class;
  }
  return (uint8_t *)block + HEAD;
}

void free(void *start) {
  if (!start) return;
  struct block *block = (struct block *)((uint8_t *)start - HEAD);
  block->next = unused[block->class];
  unused[block->class] = block;
}

void *realloc(void *start, size_t size) {
  if (!start) return malloc(size);
  struct block *block = (struct block *)((uint8_t *)start - HEAD);
  size_t have = ((size_t)1 << block->class) - HEAD;
  if (size <= have) return start;
  void *moved = malloc(size);
  if (moved) memcpy(moved, start, have);
  free(start);
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
  const char *after = text;
  while (*after) after++;
  return after - text;
}
