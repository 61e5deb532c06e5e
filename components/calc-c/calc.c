// A calculator: each line of standard input is JavaScript, and what it makes is printed below it.
#include "calc.h"

#include <stdlib.h>
#include <string.h>

// Bytes that standard output takes at once.
#define PART 4096
// How often the VM may ask whether to go on, for one line: some seconds.
#define POLLS 20000

// ------------------------------------------------------------ input and output

static wasi_io_streams_own_output_stream_t output;

// Nobody is left to be told if it fails.
static void print(const uint8_t *text, size_t length) {
  wasi_io_streams_stream_error_t error;
  while (length) {
    size_t now = length < PART ? length : PART;
    calc_list_u8_t part = {.ptr = (uint8_t *)text, .len = now};
    if (!wasi_io_streams_method_output_stream_blocking_write_and_flush(
            wasi_io_streams_borrow_output_stream(output), &part, &error)) {
      wasi_io_streams_stream_error_free(&error);
      return;
    }
    text += now;
    length -= now;
  }
}

static void print_text(const char *text) { print((const uint8_t *)text, strlen(text)); }

// All of standard input.
static calc_list_u8_t read_all(void) {
  wasi_io_streams_own_input_stream_t input = wasi_cli_stdin_get_stdin();
  wasi_io_streams_stream_error_t error;
  calc_list_u8_t all = {0}, part;
  while (wasi_io_streams_method_input_stream_blocking_read(
      wasi_io_streams_borrow_input_stream(input), PART, &part, &error)) {
    all.ptr = realloc(all.ptr, all.len + part.len);
    if (!all.ptr) abort();
    memcpy(all.ptr + all.len, part.ptr, part.len);
    all.len += part.len;
    calc_list_u8_free(&part);
  }
  wasi_io_streams_stream_error_free(&error);
  wasi_io_streams_input_stream_drop_own(input);
  return all;
}

// ------------------------------------------------------------------ evaluating

static void print_error(jsvm_engine_vm_error_t *error) {
  switch (error->tag) {
  case JSVM_ENGINE_VM_ERROR_EXCEPTION: {
    jsvm_engine_vm_exception_t *thrown = &error->val.exception;
    print(thrown->name.ptr, thrown->name.len);
    if (thrown->name.len) print_text(": ");
    print(thrown->message.ptr, thrown->message.len);
    break;
  }
  case JSVM_ENGINE_VM_ERROR_INTERRUPTED: print_text("stopped: this takes too long"); break;
  case JSVM_ENGINE_VM_ERROR_OUT_OF_MEMORY: print_text("this takes too much memory"); break;
  default: print_text("this is too large"); break;
  }
  print_text("\n");
  jsvm_engine_vm_error_free(error);
}

// A handle of a result. For a primitive it has to be made.
static bool handle_of(jsvm_engine_vm_output_t *result, jsvm_engine_vm_own_value_t *handle,
                      jsvm_engine_vm_error_t *error) {
  jsvm_engine_vm_input_t input = {.tag = result->tag};
  switch (result->tag) {
  case JSVM_ENGINE_VM_OUTPUT_VALUE: *handle = result->val.value; return true;
  case JSVM_ENGINE_VM_OUTPUT_BOOLEAN: input.val.boolean = result->val.boolean; break;
  case JSVM_ENGINE_VM_OUTPUT_NUMBER: input.val.number = result->val.number; break;
  default: break;
  }
  return jsvm_engine_vm_static_value_new_primitive(&input, handle, error);
}

static void evaluate(calc_string_t *line) {
  jsvm_examples_budget_renew(POLLS);
  jsvm_engine_vm_eval_options_t options = {.kind = JSVM_ENGINE_VM_SOURCE_KIND_SCRIPT};
  calc_string_set(&options.file_name, "line");
  jsvm_engine_vm_output_t result;
  jsvm_engine_vm_error_t error;
  jsvm_engine_vm_own_value_t value;
  jsvm_engine_vm_job_report_t report;
  if (!jsvm_engine_vm_eval(line, &options, &result, &error) ||
      !jsvm_engine_vm_run_jobs(UINT32_MAX, &report, &error) ||
      !handle_of(&result, &value, &error)) {
    print_error(&error);
    return;
  }
  jsvm_engine_vm_inspect_options_t looks = {.depth = 2, .colors = false};
  calc_string_t text;
  jsvm_engine_vm_method_value_inspect(jsvm_engine_vm_borrow_value(value), &looks, &text);
  print(text.ptr, text.len);
  print_text("\n");
  calc_string_free(&text);
  jsvm_engine_vm_value_drop_own(value);
}

// Makes a function of the host a global of scripts.
static bool define(const char *name, uint32_t length) {
  calc_string_t text;
  calc_string_set(&text, name);
  jsvm_engine_vm_own_value_t function;
  jsvm_engine_vm_error_t error;
  if (!jsvm_engine_vm_static_value_new_host_function(&text, length, &function, &error)) {
    print_error(&error);
    return false;
  }
  jsvm_engine_vm_own_value_t global = jsvm_engine_vm_global();
  jsvm_engine_vm_key_t key = {.tag = JSVM_ENGINE_VM_KEY_NAME, .val.name = text};
  jsvm_engine_vm_input_t value = {.tag = JSVM_ENGINE_VM_INPUT_VALUE,
                                  .val.value = jsvm_engine_vm_borrow_value(function)};
  bool done = jsvm_engine_vm_method_value_set(jsvm_engine_vm_borrow_value(global), &key, &value, &error);
  if (!done) print_error(&error);
  jsvm_engine_vm_value_drop_own(function);
  jsvm_engine_vm_value_drop_own(global);
  return done;
}

bool exports_wasi_cli_run_run(void) {
  output = wasi_cli_stdout_get_stdout();
  // The stack is what fits into the native stack that hosts give a component.
  jsvm_engine_vm_limits_t limits = {.memory = 16 << 20, .stack = 96 << 10, .output = 1 << 20};
  jsvm_engine_vm_set_limits(&limits);
  if (!define("gcd", 2) || !define("choose", 2)) return false;
  calc_list_u8_t all = read_all();
  for (size_t at = 0; at < all.len;) {
    size_t end = at;
    while (end < all.len && all.ptr[end] != '\n') end++;
    calc_string_t line = {.ptr = all.ptr + at, .len = end - at};
    if (line.len) {
      print_text("> ");
      print(line.ptr, line.len);
      print_text("\n");
      evaluate(&line);
    }
    at = end + 1;
  }
  calc_list_u8_free(&all);
  wasi_io_streams_output_stream_drop_own(output);
  return true;
}
