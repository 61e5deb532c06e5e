// A reader and a writer of CBOR: what a library brings, as far as it is needed here.
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum major { UNSIGNED, NEGATIVE, BYTE_STRING, TEXT_STRING, ARRAY, MAP, TAG, SIMPLE };

struct head {
  uint8_t major;
  uint8_t size;  // of the argument in bytes; 0 if it is in the first byte
  uint64_t argument;
};

struct cbor {
  const uint8_t *at, *end;
};

static inline struct head cbor_head(struct cbor *cbor) {
  if (cbor->at == cbor->end) abort();
  uint8_t first = *cbor->at++, low = first & 31;
  struct head head = {.major = first >> 5, .argument = low};
  if (low < 24) return head;
  head.size = 1 << (low - 24);
  // Of indefinite length there is nothing: the provider does not write it.
  if (low > 27 || cbor->end - cbor->at < head.size) abort();
  head.argument = 0;
  for (uint8_t i = 0; i < head.size; i++) head.argument = head.argument << 8 | *cbor->at++;
  return head;
}

static inline const uint8_t *cbor_bytes(struct cbor *cbor, uint64_t length) {
  if (length > (uint64_t)(cbor->end - cbor->at)) abort();
  const uint8_t *start = cbor->at;
  cbor->at += length;
  return start;
}

// Passes over an item and what is in it.
static inline void cbor_skip(struct cbor *cbor) {
  for (uint64_t left = 1; left; left--) {
    struct head head = cbor_head(cbor);
    if (head.major == BYTE_STRING || head.major == TEXT_STRING) cbor_bytes(cbor, head.argument);
    if (head.major == ARRAY) left += head.argument;
    if (head.major == MAP) left += 2 * head.argument;
    if (head.major == TAG) left++;
  }
}

static inline double cbor_number(struct head head) {
  if (head.major == UNSIGNED) return head.argument;
  if (head.major == NEGATIVE) return -1 - (double)head.argument;
  double value;
  // The provider writes no shorter floats.
  if (head.major != SIMPLE || head.size != 8) abort();
  memcpy(&value, &head.argument, sizeof value);
  return value;
}

static inline uint8_t *cbor_put(uint8_t *to, uint8_t major, uint64_t argument) {
  if (argument < 24) {
    *to++ = major << 5 | argument;
    return to;
  }
  uint8_t power = argument >> 32 ? 3 : argument >> 16 ? 2 : argument >> 8 ? 1 : 0;
  *to++ = major << 5 | (24 + power);
  for (int shift = 8 * (1 << power); shift;) *to++ = argument >> (shift -= 8);
  return to;
}

static inline uint8_t *cbor_put_text(uint8_t *to, const void *text, size_t size) {
  to = cbor_put(to, TEXT_STRING, size);
  memcpy(to, text, size);
  return to + size;
}

static inline uint8_t *cbor_put_number(uint8_t *to, double value) {
  if (value >= 0 && value < 1e15 && (double)(uint64_t)value == value && 1 / value > 0)
    return cbor_put(to, UNSIGNED, value);
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  *to++ = SIMPLE << 5 | 27;
  for (int shift = 64; shift;) *to++ = bits >> (shift -= 8);
  return to;
}
