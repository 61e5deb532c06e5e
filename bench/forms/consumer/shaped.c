// CBOR in which the keys of equal objects are written once, and arrays of numbers are bytes.
#include <stdlib.h>
#include <string.h>

#include "cbor_head.h"
#include "consumer.h"
#include "work.h"

#define DEFINE 0x6a730005
#define SHAPED 0x6a730006
#define PACKED 0x6a730007

#define MOST_SHAPES 64

// ------------------------------------------------------------------- taking

struct reader {
  struct cbor item;
  // The keys of each shape, as an item.
  struct cbor shapes[MOST_SHAPES];
  size_t count;
};

static struct cbor shape(struct reader *reader, uint64_t tag) {
  if (tag == DEFINE) {
    if (reader->count == MOST_SHAPES) abort();
    struct cbor *keys = &reader->shapes[reader->count++];
    *keys = reader->item;
    cbor_skip(&reader->item);
    return *keys;
  }
  uint64_t number = cbor_head(&reader->item).argument;
  if (tag != SHAPED || number >= reader->count) abort();
  return reader->shapes[number];
}

// Adds up an object whose tag was read. What is passed over must not define a shape.
static double sum(struct reader *reader, uint64_t tag) {
  cbor_head(&reader->item);
  struct cbor keys = shape(reader, tag);
  double total = 0;
  for (uint64_t left = cbor_head(&keys).argument; left; left--) {
    struct head key = cbor_head(&keys);
    const uint8_t *text = cbor_bytes(&keys, key.argument);
    if (IS(text, key.argument, "price")) {
      total += cbor_number(cbor_head(&reader->item));
    } else if (IS(text, key.argument, "name")) {
      struct head name = cbor_head(&reader->item);
      cbor_bytes(&reader->item, name.argument);
      total += name.argument;
    } else {
      cbor_skip(&reader->item);
    }
  }
  return total;
}

static double sum_packed(struct cbor *item) {
  struct head head = cbor_head(item);
  const uint8_t *at = cbor_bytes(item, head.argument);
  double total = 0, value;
  for (uint64_t left = head.argument / sizeof value; left; left--, at += sizeof value) {
    memcpy(&value, at, sizeof value);
    total += value;
  }
  return total;
}

double take_shaped(uint32_t work) {
  consumer_list_u8_t data;
  jsvm_forms_shaped_take(work, &data);
  static struct reader reader;
  reader.item = (struct cbor){.at = data.ptr, .end = data.ptr + data.len};
  reader.count = 0;
  struct head head = cbor_head(&reader.item);
  double total = 0;
  if (head.major == ARRAY) {
    for (uint64_t left = head.argument; left; left--)
      total += sum(&reader, cbor_head(&reader.item).argument);
  } else if (head.major == TAG) {
    if (head.argument != PACKED) abort();
    total = sum_packed(&reader.item);
  } else if (head.major == BYTE_STRING) {
    total = head.argument + cbor_bytes(&reader.item, head.argument)[head.argument - 1];
  } else {
    total = cbor_number(head);
  }
  consumer_list_u8_free(&data);
  return total;
}

// ------------------------------------------------------------------- giving

static uint8_t *put_item(uint8_t *to, const struct item *item) {
  to = cbor_put(to, TAG, item == items ? DEFINE : SHAPED);
  to = cbor_put(to, ARRAY, 5);
  if (item == items) {
    to = cbor_put(to, ARRAY, 4);
    to = cbor_put_text(to, "id", 2);
    to = cbor_put_text(to, "name", 4);
    to = cbor_put_text(to, "ok", 2);
    to = cbor_put_text(to, "price", 5);
  } else {
    to = cbor_put(to, UNSIGNED, 0);
  }
  to = cbor_put_number(to, item->id);
  to = cbor_put_text(to, item->name, item->name_len);
  to = cbor_put(to, SIMPLE, item->ok ? 21 : 20);
  return cbor_put_number(to, item->price);
}

void give_shaped(uint32_t work) {
  size_t most = 32 + (work == OBJECTS ? ITEMS * 64 : work == NUMBERS ? sizeof numbers : work == BUFFER ? BYTES : 0);
  uint8_t *start = malloc(most), *to = start;
  if (!start) abort();
  if (work == NUMBER) to = cbor_put_number(to, number);
  if (work == BUFFER || work == NUMBERS) {
    size_t size = work == BUFFER ? BYTES : sizeof numbers;
    if (work == NUMBERS) to = cbor_put(to, TAG, PACKED);
    to = cbor_put(to, BYTE_STRING, size);
    memcpy(to, work == BUFFER ? buffer : (const uint8_t *)numbers, size);
    to += size;
  }
  if (work == OBJECTS) {
    to = cbor_put(to, ARRAY, ITEMS);
    for (size_t i = 0; i < ITEMS; i++) to = put_item(to, &items[i]);
  }
  consumer_list_u8_t data = {.ptr = start, .len = to - start};
  jsvm_forms_shaped_give(&data);
  free(start);
}
