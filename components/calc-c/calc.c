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

typedef jsvm_engine_evaluator_failure_t failure_t;

static void print_failure(failure_t *failure) {
  jsvm_engine_evaluator_exception_text_t *thrown = &failure->val.exception;
  switch (failure->tag) {
  case JSVM_ENGINE_EVALUATOR_FAILURE_EXCEPTION:
    print(thrown->name.ptr, thrown->name.len);
    if (thrown->name.len) print_text(": ");
    print(thrown->message.ptr, thrown->message.len);
    break;
  case JSVM_ENGINE_EVALUATOR_FAILURE_INTERRUPTED: print_text("stopped: this takes too long"); break;
  case JSVM_ENGINE_EVALUATOR_FAILURE_OUT_OF_MEMORY: print_text("this takes too much memory"); break;
  case JSVM_ENGINE_EVALUATOR_FAILURE_PENDING: print_text("this waits for something"); break;
  default: print_text("this is too large"); break;
  }
  print_text("\n");
  jsvm_engine_evaluator_failure_free(failure);
}

static void evaluate(calc_string_t *line) {
  jsvm_examples_budget_renew(POLLS);
  calc_string_t text;
  failure_t failure;
  if (!jsvm_engine_evaluator_inspect(line, &text, &failure)) {
    print_failure(&failure);
    return;
  }
  print(text.ptr, text.len);
  print_text("\n");
  calc_string_free(&text);
}

// Makes a function of the host a global of scripts.
static bool define(const char *name) {
  calc_string_t text;
  calc_string_set(&text, name);
  failure_t failure;
  bool done = jsvm_engine_evaluator_define_function(&text, &failure);
  if (!done) print_failure(&failure);
  return done;
}

bool exports_wasi_cli_run_run(void) {
  output = wasi_cli_stdout_get_stdout();
  // The stack is what fits into the native stack that hosts give a component.
  jsvm_engine_heap_limits_t limits = {.memory = 16 << 20, .stack = 96 << 10, .output = 1 << 20};
  jsvm_engine_heap_set_limits(&limits);
  if (!define("gcd") || !define("choose")) return false;
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
