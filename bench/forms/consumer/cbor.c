// CBOR, with buffers beside the item or in it.
#include <stdlib.h>
#include <string.h>

#include "cbor_head.h"
#include "consumer.h"
#include "work.h"

#define CHUNK 0x6a730001

// ------------------------------------------------------------------- taking

static double sum(struct cbor *item, const consumer_list_list_u8_t *chunks) {
  struct head head = cbor_head(item);
  if (head.major == BYTE_STRING)
    return head.argument + cbor_bytes(item, head.argument)[head.argument - 1];
  if (head.major == TAG && head.argument == CHUNK) {
    uint64_t index = cbor_head(item).argument;
    if (!chunks || index >= chunks->len) abort();
    return chunks->ptr[index].len + chunks->ptr[index].ptr[chunks->ptr[index].len - 1];
  }
  if (head.major != MAP) return cbor_number(head);
  double total = 0;
  for (uint64_t left = head.argument; left; left--) {
    struct head key = cbor_head(item);
    const uint8_t *text = cbor_bytes(item, key.argument);
    if (IS(text, key.argument, "price")) {
      total += cbor_number(cbor_head(item));
    } else if (IS(text, key.argument, "name")) {
      struct head name = cbor_head(item);
      cbor_bytes(item, name.argument);
      total += name.argument;
    } else {
      cbor_skip(item);
    }
  }
  return total;
}

static double sum_all(const consumer_list_u8_t *bytes, const consumer_list_list_u8_t *chunks) {
  struct cbor item = {.at = bytes->ptr, .end = bytes->ptr + bytes->len};
  if (!bytes->len || bytes->ptr[0] >> 5 != ARRAY) return sum(&item, chunks);
  double total = 0;
  for (uint64_t left = cbor_head(&item).argument; left; left--) total += sum(&item, chunks);
  return total;
}

double take_cbor(uint32_t work) {
  jsvm_forms_cbor_data_t data;
  jsvm_forms_cbor_take(work, &data);
  double total = sum_all(&data.item, &data.chunks);
  jsvm_forms_cbor_data_free(&data);
  return total;
}

double take_inline(uint32_t work) {
  consumer_list_u8_t data;
  jsvm_forms_inline_take(work, &data);
  double total = sum_all(&data, NULL);
  consumer_list_u8_free(&data);
  return total;
}

// ------------------------------------------------------------------- giving

static uint8_t *put_item(uint8_t *to, const struct item *item) {
  to = cbor_put(to, MAP, 4);
  to = cbor_put_text(to, "id", 2);
  to = cbor_put_number(to, item->id);
  to = cbor_put_text(to, "name", 4);
  to = cbor_put_text(to, item->name, item->name_len);
  to = cbor_put_text(to, "ok", 2);
  to = cbor_put(to, SIMPLE, item->ok ? 21 : 20);
  to = cbor_put_text(to, "price", 5);
  return cbor_put_number(to, item->price);
}

static consumer_list_u8_t encoded(uint32_t work, bool chunks) {
  size_t most = work == OBJECTS ? 9 + ITEMS * 64 : work == NUMBERS ? 9 + COUNT * 9 : 16;
  if (work == BUFFER && !chunks) most += BYTES;
  uint8_t *start = malloc(most), *to = start;
  if (!start) abort();
  if (work == NUMBER) to = cbor_put_number(to, number);
  if (work == BUFFER && chunks) to = cbor_put(cbor_put(to, TAG, CHUNK), UNSIGNED, 0);
  if (work == BUFFER && !chunks) {
    to = cbor_put(to, BYTE_STRING, BYTES);
    memcpy(to, buffer, BYTES);
    to += BYTES;
  }
  if (work == OBJECTS) {
    to = cbor_put(to, ARRAY, ITEMS);
    for (size_t i = 0; i < ITEMS; i++) to = put_item(to, &items[i]);
  }
  if (work == NUMBERS) {
    to = cbor_put(to, ARRAY, COUNT);
    for (size_t i = 0; i < COUNT; i++) to = cbor_put_number(to, numbers[i]);
  }
  return (consumer_list_u8_t){.ptr = start, .len = to - start};
}

void give_cbor(uint32_t work) {
  consumer_list_u8_t bytes = {.ptr = buffer, .len = BYTES};
  jsvm_forms_cbor_data_t data = {.item = encoded(work, true)};
  if (work == BUFFER) data.chunks = (consumer_list_list_u8_t){.ptr = &bytes, .len = 1};
  jsvm_forms_cbor_give(&data);
  free(data.item.ptr);
}

void give_inline(uint32_t work) {
  consumer_list_u8_t data = encoded(work, false);
  jsvm_forms_inline_give(&data);
  free(data.ptr);
}
