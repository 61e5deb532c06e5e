// Runs JavaScript in js-vm.wasm: ./host js-vm.wasm CODE
// Error handling is left out, except that an error ends the program.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wasi.h>
#include <wasm.h>
#include <wasmtime.h>

typedef wasmtime_component_val_t Val;

#define HOST "jsvm:engine/host@0.2.0"
#define EVALUATOR "jsvm:engine/evaluator@0.2.0"

static wasmtime_component_instance_t instance;
static wasmtime_context_t *context;
static time_t end;

static void check(wasmtime_error_t *error) {
  if (!error) return;
  wasm_name_t text;
  wasmtime_error_message(error, &text);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

// ---- values

static wasm_name_t name(const char *text) {
  wasm_name_t made;
  wasm_name_new(&made, strlen(text), text);
  return made;
}
static Val number32(uint32_t u32) { return (Val){WASMTIME_COMPONENT_U32, {.u32 = u32}}; }
static Val number64(uint64_t u64) { return (Val){WASMTIME_COMPONENT_U64, {.u64 = u64}}; }
static Val boolean(bool value) { return (Val){WASMTIME_COMPONENT_BOOL, {.boolean = value}}; }
static Val string(const char *text) {
  return (Val){WASMTIME_COMPONENT_STRING, {.string = name(text)}};
}
static Val enumeration(const char *tag) {
  return (Val){WASMTIME_COMPONENT_ENUM, {.enumeration = name(tag)}};
}
static Val record(size_t count, const char *names[], const Val values[]) {
  Val made = {WASMTIME_COMPONENT_RECORD, {0}};
  wasmtime_component_valrecord_new_uninit(&made.of.record, count);
  for (size_t i = 0; i < count; i++)
    made.of.record.data[i] = (wasmtime_component_valrecord_entry_t){name(names[i]), values[i]};
  return made;
}
static bool equals(const wasm_name_t *name, const char *text) {
  return name->size == strlen(text) && !memcmp(name->data, text, name->size);
}
static Val variant(const char *tag, const Val *payload) {
  Val *copy = payload ? wasmtime_component_val_new((Val *)payload) : NULL;
  return (Val){WASMTIME_COMPONENT_VARIANT, {.variant = {name(tag), copy}}};
}
static Val result(bool is_ok, Val value) {
  wasmtime_component_valresult_t made = {is_ok, wasmtime_component_val_new(&value)};
  return (Val){WASMTIME_COMPONENT_RESULT, {.result = made}};
}

// ---- calls into the VM

static Val call(const char *interface, const char *function, size_t count, Val args[],
                size_t results) {
  wasmtime_component_export_index_t *outer = wasmtime_component_instance_get_export_index(
      &instance, context, NULL, interface, strlen(interface));
  wasmtime_component_export_index_t *index = wasmtime_component_instance_get_export_index(
      &instance, context, outer, function, strlen(function));
  wasmtime_component_func_t found;
  if (!index || !wasmtime_component_instance_get_func(&instance, context, index, &found)) exit(2);
  Val value = boolean(false);
  end = time(NULL) + 1;
  check(wasmtime_component_func_call(&found, context, args, count, &value, results));
  for (size_t i = 0; i < count; i++) wasmtime_component_val_delete(&args[i]);
  wasmtime_component_export_index_delete(index);
  wasmtime_component_export_index_delete(outer);
  return value;
}

// ---- calls out of the VM

// The host function `add`: two numbers, and their sum.
static wasmtime_error_t *host_call(void *data, wasmtime_context_t *store,
                                   const wasmtime_component_func_type_t *type, Val *args,
                                   size_t count, Val *results, size_t size) {
  const wasmtime_component_vallist_t *list = &args[1].of.list;
  Val message = string("add takes two numbers");
  results[0] = result(false, variant("text", &message));
  if (list->size != 2) return NULL;
  double sum = 0;
  for (size_t i = 0; i < 2; i++) {
    if (!equals(&list->data[i].of.variant.discriminant, "number")) return NULL;
    sum += list->data[i].of.variant.val->of.f64;
  }
  Val number = {WASMTIME_COMPONENT_F64, {.f64 = sum}};
  results[0] = result(true, variant("number", &number));
  return NULL;
}

static wasmtime_error_t *should_interrupt(void *data, wasmtime_context_t *store,
                                          const wasmtime_component_func_type_t *type, Val *args,
                                          size_t count, Val *results, size_t size) {
  Val reason = enumeration("time-limit");
  Val *option = time(NULL) > end ? wasmtime_component_val_new(&reason) : NULL;
  results[0] = (Val){WASMTIME_COMPONENT_OPTION, {.option = option}};
  return NULL;
}

static wasmtime_error_t *console_write(void *data, wasmtime_context_t *store,
                                       const wasmtime_component_func_type_t *type, Val *args,
                                       size_t count, Val *results, size_t size) {
  printf("%.*s\n", (int)args[1].of.string.size, args[1].of.string.data);
  return NULL;
}

static wasmtime_error_t *no_module(void *data, wasmtime_context_t *store,
                                   const wasmtime_component_func_type_t *type, Val *args,
                                   size_t count, Val *results, size_t size) {
  Val message = string("there are no modules here");
  results[0] = result(false, variant("text", &message));
  return NULL;
}

static void instantiate(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) exit(2);
  fseek(file, 0, SEEK_END);
  size_t size = ftell(file);
  rewind(file);
  uint8_t *bytes = malloc(size);
  if (fread(bytes, 1, size, file) != size) exit(2);
  wasm_engine_t *engine = wasm_engine_new();
  wasmtime_component_t *component;
  check(wasmtime_component_new(engine, bytes, size, &component));
  wasmtime_component_linker_t *linker = wasmtime_component_linker_new(engine);
  check(wasmtime_component_linker_add_wasip2(linker));
  const struct {
    const char *interface, *name;
    wasmtime_component_func_callback_t function;
  } imports[] = {{HOST, "host-call", host_call},
                 {HOST, "should-interrupt", should_interrupt},
                 {"jsvm:engine/console@0.2.0", "write", console_write},
                 {"jsvm:engine/modules@0.2.0", "resolve", no_module},
                 {"jsvm:engine/modules@0.2.0", "load", no_module}};
  wasmtime_component_linker_instance_t *root = wasmtime_component_linker_root(linker), *at = NULL;
  for (size_t i = 0; i < sizeof imports / sizeof *imports; i++) {
    const char *interface = imports[i].interface, *name = imports[i].name;
    if (!i || strcmp(interface, imports[i - 1].interface)) {
      if (at) wasmtime_component_linker_instance_delete(at);
      check(wasmtime_component_linker_instance_add_instance(root, interface, strlen(interface), &at));
    }
    check(wasmtime_component_linker_instance_add_func(at, name, strlen(name), imports[i].function,
                                                      NULL, NULL));
  }
  wasmtime_component_linker_instance_delete(at);
  wasmtime_component_linker_instance_delete(root);
  context = wasmtime_store_context(wasmtime_store_new(engine, NULL, NULL));
  check(wasmtime_context_set_wasi(context, wasi_config_new()));
  check(wasmtime_component_linker_instantiate(linker, context, component, &instance));
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  instantiate(argv[1]);
  const char *limits[] = {"memory", "stack", "output"};
  // The stack must fit into the native stack that wasmtime gives a component.
  Val sizes[] = {number64(64 << 20), number32(96 << 10), number64(16 << 20)};
  call("jsvm:engine/heap@0.2.0", "set-limits", 1, (Val[]){record(3, limits, sizes)}, 0);
  call(EVALUATOR, "define-function", 1, (Val[]){string("add")}, 1);

  Val value = call(EVALUATOR, "inspect", 1, (Val[]){string(argv[2])}, 1);
  const Val *found = value.of.result.val;
  if (value.of.result.is_ok) {
    printf("%.*s\n", (int)found->of.string.size, found->of.string.data);
  } else {
    const wasm_name_t *failure = &found->of.variant.discriminant;
    printf("it fails: %.*s\n", (int)failure->size, failure->data);
  }
  return !value.of.result.is_ok;
}
