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
static bool is(const Val *variant, const char *tag) {
  const wasm_name_t *found = &variant->of.variant.discriminant;
  return found->size == strlen(tag) && !memcmp(found->data, tag, found->size);
}

// ---- the interface jsvm:engine/vm

static Val call(const char *function, size_t count, Val args[], size_t results) {
  const char *vm = "jsvm:engine/vm@0.1.0";
  wasmtime_component_export_index_t *interface =
      wasmtime_component_instance_get_export_index(&instance, context, NULL, vm, strlen(vm));
  wasmtime_component_export_index_t *index = wasmtime_component_instance_get_export_index(
      &instance, context, interface, function, strlen(function));
  wasmtime_component_func_t found;
  if (!index || !wasmtime_component_instance_get_func(&instance, context, index, &found)) exit(2);
  Val result = boolean(false);
  end = time(NULL) + 1;
  check(wasmtime_component_func_call(&found, context, args, count, &result, results));
  for (size_t i = 0; i < count; i++) wasmtime_component_val_delete(&args[i]);
  wasmtime_component_export_index_delete(index);
  wasmtime_component_export_index_delete(interface);
  return result;
}

// ---- the interface jsvm:engine/host

static wasmtime_error_t *host_call(void *data, wasmtime_context_t *store,
                                   const wasmtime_component_func_type_t *type, Val *args,
                                   size_t count, Val *results, size_t size) {
  const wasm_name_t *function = &args[0].of.string; // args[1] has the arguments, in CBOR.
  fprintf(stderr, "host call %.*s\n", (int)function->size, function->data);
  Val undefined = {WASMTIME_COMPONENT_VARIANT, {.variant = {name("undefined"), NULL}}};
  wasmtime_component_valresult_t ok = {true, wasmtime_component_val_new(&undefined)};
  results[0] = (Val){WASMTIME_COMPONENT_RESULT, {.result = ok}};
  return NULL;
}

static wasmtime_error_t *poll(void *data, wasmtime_context_t *store,
                              const wasmtime_component_func_type_t *type, Val *args, size_t count,
                              Val *results, size_t size) {
  results[0] = boolean(time(NULL) > end);
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
  wasmtime_component_linker_instance_t *root = wasmtime_component_linker_root(linker), *host;
  const char *interface = "jsvm:engine/host@0.1.0";
  check(wasmtime_component_linker_instance_add_instance(root, interface, strlen(interface), &host));
  check(wasmtime_component_linker_instance_add_func(host, "host-call", 9, host_call, NULL, NULL));
  check(wasmtime_component_linker_instance_add_func(host, "poll", 4, poll, NULL, NULL));
  wasmtime_component_linker_instance_delete(host);
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
  call("set-limits", 1, (Val[]){record(3, limits, sizes)}, 0);

  const char *options[] = {"file-name", "kind", "strict", "async"};
  Val chosen[] = {string("<eval>"), enumeration("script"), boolean(false), boolean(false)};
  Val result = call("eval", 2, (Val[]){string(argv[2]), record(4, options, chosen)}, 1);
  Val *output = result.of.result.val;
  if (!result.of.result.is_ok) {
    printf("it fails: %.*s\n", (int)output->of.variant.discriminant.size,
           output->of.variant.discriminant.data);
  } else if (is(output, "number")) {
    printf("%g\n", output->of.variant.val->of.f64);
  } else if (is(output, "value")) {
    const char *inspect[] = {"depth", "colors"};
    Val how[] = {number32(2), boolean(false)};
    Val args[] = {*output->of.variant.val, record(2, inspect, how)};
    Val text = call("[method]value.inspect", 2, args, 1);
    printf("%.*s\n", (int)text.of.string.size, text.of.string.data);
  }
  return 0;
}
