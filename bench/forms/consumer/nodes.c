// Typed nodes.
#include <stdlib.h>
#include <string.h>

#include "consumer.h"
#include "work.h"

typedef jsvm_forms_nodes_data_t data_t;
typedef jsvm_forms_nodes_node_t node_t;

// ------------------------------------------------------------------- taking

static const node_t *at(const data_t *data, uint32_t index) {
  if (index >= data->len) abort();
  return &data->ptr[index];
}

static double sum(const data_t *data, const node_t *node) {
  if (node->tag == JSVM_FORMS_NODES_NODE_NUMBER) return node->val.number;
  if (node->tag == JSVM_FORMS_NODES_NODE_BUFFER)
    return node->val.buffer.len + node->val.buffer.ptr[node->val.buffer.len - 1];
  if (node->tag != JSVM_FORMS_NODES_NODE_OBJECT) abort();
  double total = 0;
  for (size_t i = 0; i < node->val.object.len; i++) {
    const consumer_tuple2_string_u32_t *property = &node->val.object.ptr[i];
    const node_t *value = at(data, property->f1);
    if (IS(property->f0.ptr, property->f0.len, "price") &&
        value->tag == JSVM_FORMS_NODES_NODE_NUMBER)
      total += value->val.number;
    if (IS(property->f0.ptr, property->f0.len, "name") &&
        value->tag == JSVM_FORMS_NODES_NODE_TEXT)
      total += value->val.text.len;
  }
  return total;
}

double take_nodes(uint32_t work) {
  data_t data;
  jsvm_forms_nodes_take(work, &data);
  const node_t *root = at(&data, 0);
  double total = 0;
  if (root->tag == JSVM_FORMS_NODES_NODE_ARRAY) {
    for (size_t i = 0; i < root->val.array.len; i++)
      total += sum(&data, at(&data, root->val.array.ptr[i]));
  } else {
    total = sum(&data, root);
  }
  jsvm_forms_nodes_data_free(&data);
  return total;
}

// ------------------------------------------------------------------- giving

static node_t *add(data_t *data, uint8_t tag) {
  node_t *node = &data->ptr[data->len++];
  node->tag = tag;
  return node;
}

static void add_array(data_t *data, size_t len) {
  node_t *node = add(data, JSVM_FORMS_NODES_NODE_ARRAY);
  node->val.array.len = len;
  node->val.array.ptr = malloc(len * sizeof(uint32_t));
  if (!node->val.array.ptr) abort();
}

static void add_item(data_t *data, struct item *item, consumer_tuple2_string_u32_t *properties) {
  static const char *const keys[] = {"id", "name", "ok", "price"};
  add(data, JSVM_FORMS_NODES_NODE_OBJECT)->val.object =
      (consumer_list_tuple2_string_u32_t){.ptr = properties, .len = 4};
  for (size_t i = 0; i < 4; i++) {
    consumer_string_set(&properties[i].f0, keys[i]);
    properties[i].f1 = data->len + i;
  }
  add(data, JSVM_FORMS_NODES_NODE_NUMBER)->val.number = item->id;
  add(data, JSVM_FORMS_NODES_NODE_TEXT)->val.text =
      (consumer_string_t){.ptr = (uint8_t *)item->name, .len = item->name_len};
  add(data, JSVM_FORMS_NODES_NODE_BOOLEAN)->val.boolean = item->ok;
  add(data, JSVM_FORMS_NODES_NODE_NUMBER)->val.number = item->price;
}

void give_nodes(uint32_t work) {
  size_t most = work == OBJECTS ? 1 + 5 * ITEMS : work == NUMBERS ? 1 + COUNT : 1;
  data_t data = {.ptr = malloc(most * sizeof(node_t))};
  consumer_tuple2_string_u32_t *properties =
      work == OBJECTS ? malloc(ITEMS * 4 * sizeof(*properties)) : NULL;
  if (!data.ptr || (work == OBJECTS && !properties)) abort();
  if (work == NUMBER) add(&data, JSVM_FORMS_NODES_NODE_NUMBER)->val.number = number;
  if (work == BUFFER)
    add(&data, JSVM_FORMS_NODES_NODE_BUFFER)->val.buffer =
        (consumer_list_u8_t){.ptr = buffer, .len = BYTES};
  if (work == OBJECTS) add_array(&data, ITEMS);
  for (size_t i = 0; work == OBJECTS && i < ITEMS; i++) {
    data.ptr[0].val.array.ptr[i] = data.len;
    add_item(&data, &items[i], properties + 4 * i);
  }
  if (work == NUMBERS) add_array(&data, COUNT);
  for (size_t i = 0; work == NUMBERS && i < COUNT; i++) {
    data.ptr[0].val.array.ptr[i] = data.len;
    add(&data, JSVM_FORMS_NODES_NODE_NUMBER)->val.number = numbers[i];
  }
  jsvm_forms_nodes_give(&data);
  if (work == OBJECTS || work == NUMBERS) free(data.ptr[0].val.array.ptr);
  free(properties);
  free(data.ptr);
}
