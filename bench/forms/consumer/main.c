// The component's exports, and the values that it gives.
#include "work.h"

#include <stdlib.h>

#include "consumer.h"

struct item items[ITEMS];
double numbers[COUNT];
uint8_t *buffer;
const double number = 42.5;

static void name(struct item *item, unsigned index) {
  char digits[8];
  unsigned count = 0;
  do digits[count++] = '0' + index % 10;
  while (index /= 10);
  const char *start = "item ";
  while (*start) item->name[item->name_len++] = *start++;
  while (count) item->name[item->name_len++] = digits[--count];
}

static void make(void) {
  if (buffer) return;
  for (unsigned i = 0; i < ITEMS; i++) {
    items[i] = (struct item){.id = i, .price = i * 1.1, .ok = i % 3 == 0};
    name(&items[i], i);
  }
  for (unsigned i = 0; i < COUNT; i++) numbers[i] = i * 0.5;
  buffer = malloc(BYTES);
  if (!buffer) abort();
  for (unsigned i = 0; i < BYTES; i++) buffer[i] = i % 251;
}

double exports_consumer_take(uint32_t form, uint32_t work, uint32_t times) {
  static double (*const take[])(uint32_t) = {take_nodes, take_columns, take_cbor, take_inline,
                                            take_shaped};
  double sum = 0;
  for (; times; times--) sum = take[form](work);
  return sum;
}

void exports_consumer_give(uint32_t form, uint32_t work, uint32_t times) {
  static void (*const give[])(uint32_t) = {give_nodes, give_columns, give_cbor, give_inline,
                                          give_shaped};
  make();
  for (; times; times--) give[form](work);
}

bool exports_consumer_matches(uint32_t work) { return jsvm_forms_held_matches(work); }
