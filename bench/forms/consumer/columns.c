// Typed columns.
#include <stdlib.h>
#include <string.h>

#include "consumer.h"
#include "work.h"

typedef jsvm_forms_columns_data_t data_t;

enum kind {
  UNDEFINED, NONE, FALSE, TRUE, F64, TEXT, UTF16, ARRAY, OBJECT, BYTES_, TOKEN, AGAIN, PACKED
};

// ------------------------------------------------------------------- taking

// How much of each column was read.
struct reader {
  const data_t *data;
  size_t kinds, numbers, lengths, text, utf16, buffers, tokens;
};

static uint8_t next(struct reader *reader) {
  if (reader->kinds == reader->data->kinds.len) abort();
  return reader->data->kinds.ptr[reader->kinds++];
}

static double next_number(struct reader *reader) {
  if (reader->numbers == reader->data->numbers.len) abort();
  return reader->data->numbers.ptr[reader->numbers++];
}

static uint32_t next_length(struct reader *reader) {
  if (reader->lengths == reader->data->lengths.len) abort();
  return reader->data->lengths.ptr[reader->lengths++];
}

static const consumer_list_string_t *next_shape(struct reader *reader) {
  uint32_t index = next_length(reader);
  if (index >= reader->data->shapes.len) abort();
  return &reader->data->shapes.ptr[index];
}

static size_t next_text(struct reader *reader) {
  size_t length = next_length(reader);
  if (length > reader->data->text.len - reader->text) abort();
  reader->text += length;
  return length;
}

// Passes over a value and what is in it.
static void skip(struct reader *reader) {
  for (size_t left = 1; left; left--) {
    switch (next(reader)) {
      case F64: reader->numbers++; break;
      case TEXT: next_text(reader); break;
      case UTF16: reader->utf16 += next_length(reader); break;
      case PACKED: reader->numbers += next_length(reader); break;
      case ARRAY: left += next_length(reader); break;
      case OBJECT: left += next_shape(reader)->len; break;
      case BYTES_: reader->buffers++; break;
      case TOKEN: reader->tokens++; break;
      case AGAIN: next_length(reader); break;
    }
  }
}

static double sum(struct reader *reader) {
  uint8_t kind = next(reader);
  if (kind == F64) return next_number(reader);
  if (kind == BYTES_) {
    if (reader->buffers == reader->data->buffers.len) abort();
    consumer_list_u8_t bytes = reader->data->buffers.ptr[reader->buffers++];
    return bytes.len + bytes.ptr[bytes.len - 1];
  }
  if (kind != OBJECT) abort();
  const consumer_list_string_t *shape = next_shape(reader);
  double total = 0;
  for (size_t i = 0; i < shape->len; i++) {
    consumer_string_t key = shape->ptr[i];
    if (reader->kinds == reader->data->kinds.len) abort();
    uint8_t value = reader->data->kinds.ptr[reader->kinds];
    if (IS(key.ptr, key.len, "price") && value == F64) {
      next(reader);
      total += next_number(reader);
    } else if (IS(key.ptr, key.len, "name") && value == TEXT) {
      next(reader);
      total += next_text(reader);
    } else {
      skip(reader);
    }
  }
  return total;
}

double take_columns(uint32_t work) {
  data_t data;
  jsvm_forms_columns_take(work, &data);
  struct reader reader = {.data = &data};
  double total = 0;
  if (data.kinds.len && data.kinds.ptr[0] == PACKED) {
    next(&reader);
    for (uint32_t left = next_length(&reader); left; left--) total += next_number(&reader);
  } else if (data.kinds.len && data.kinds.ptr[0] == ARRAY) {
    next(&reader);
    for (uint32_t left = next_length(&reader); left; left--) total += sum(&reader);
  } else {
    total = sum(&reader);
  }
  jsvm_forms_columns_data_free(&data);
  return total;
}

// ------------------------------------------------------------------- giving

static void add_number(data_t *data, double value) {
  data->kinds.ptr[data->kinds.len++] = F64;
  data->numbers.ptr[data->numbers.len++] = value;
}

static void add_length(data_t *data, uint8_t kind, uint32_t length) {
  data->kinds.ptr[data->kinds.len++] = kind;
  data->lengths.ptr[data->lengths.len++] = length;
}

static void add_item(data_t *data, struct item *item) {
  add_length(data, OBJECT, 0);
  add_number(data, item->id);
  add_length(data, TEXT, item->name_len);
  memcpy(data->text.ptr + data->text.len, item->name, item->name_len);
  data->text.len += item->name_len;
  data->kinds.ptr[data->kinds.len++] = item->ok ? TRUE : FALSE;
  add_number(data, item->price);
}

void give_columns(uint32_t work) {
  size_t most = work == OBJECTS ? 1 + 5 * ITEMS : work == NUMBERS ? 1 + COUNT : 1;
  data_t data = {.kinds.ptr = malloc(most),
                 .numbers.ptr = malloc(most * sizeof(double)),
                 .lengths.ptr = malloc(most * sizeof(uint32_t)),
                 .text.ptr = malloc(most * sizeof(items->name))};
  if (!data.kinds.ptr || !data.numbers.ptr || !data.lengths.ptr || !data.text.ptr) abort();
  consumer_string_t keys[4];
  consumer_string_set(&keys[0], "id");
  consumer_string_set(&keys[1], "name");
  consumer_string_set(&keys[2], "ok");
  consumer_string_set(&keys[3], "price");
  consumer_list_string_t shape = {.ptr = keys, .len = 4};
  consumer_list_u8_t bytes = {.ptr = buffer, .len = BYTES};
  if (work == NUMBER) add_number(&data, number);
  if (work == BUFFER) {
    data.kinds.ptr[data.kinds.len++] = BYTES_;
    data.buffers.ptr = &bytes;
    data.buffers.len = 1;
  }
  if (work == OBJECTS) {
    data.shapes.ptr = &shape;
    data.shapes.len = 1;
    add_length(&data, ARRAY, ITEMS);
    for (size_t i = 0; i < ITEMS; i++) add_item(&data, &items[i]);
  }
  if (work == NUMBERS) {
    add_length(&data, PACKED, COUNT);
    memcpy(data.numbers.ptr, numbers, sizeof numbers);
    data.numbers.len = COUNT;
  }
  jsvm_forms_columns_give(&data);
  free(data.kinds.ptr);
  free(data.numbers.ptr);
  free(data.lengths.ptr);
  free(data.text.ptr);
}
