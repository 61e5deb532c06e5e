// What the consumer takes and gives, and who does it in which form.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum work { OBJECTS, NUMBERS, BUFFER, NUMBER };

#define ITEMS 2000
#define COUNT 100000
#define BYTES 10000000

struct item {
  double id, price;
  bool ok;
  uint8_t name_len;
  char name[16];
};

extern struct item items[ITEMS];
extern double numbers[COUNT];
extern uint8_t *buffer;
extern const double number;

// Whether a text is a string literal.
#define IS(text, size, literal) \
  ((size) == sizeof(literal) - 1 && memcmp(text, literal, sizeof(literal) - 1) == 0)

double take_nodes(uint32_t work);
double take_columns(uint32_t work);
double take_cbor(uint32_t work);
double take_inline(uint32_t work);
double take_shaped(uint32_t work);
void give_nodes(uint32_t work);
void give_columns(uint32_t work);
void give_cbor(uint32_t work);
void give_inline(uint32_t work);
void give_shaped(uint32_t work);
