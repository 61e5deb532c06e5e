// Evaluates, freezes and thaws with nothing but the WIT interfaces of the VM: what they
// document is all that is known here.
#include "driver.h"

#include <stdlib.h>
#include <string.h>

// Bytes of the unit in which images are compared.
#define PAGE 4096

// The image of the VM before anything was done with it.
static driver_list_u8_t fresh;

static void remember_fresh(void) {
  jsvm_engine_snapshot_snapshot_error_t error;
  if (!fresh.ptr && !jsvm_engine_snapshot_get_memory(&fresh, &error)) abort();
}

// ---------------------------------------------------------------- evaluating

static void take_message(jsvm_engine_values_error_t *error, driver_string_t *message) {
  if (error->tag == JSVM_ENGINE_VALUES_ERROR_EXCEPTION) {
    *message = error->val.exception.message;
    error->val.exception.message.len = 0;
  } else {
    driver_string_dup(message, "a limit was reached");
  }
  jsvm_engine_values_error_free(error);
}

// A handle of a result, which for primitives has to be made.
static jsvm_engine_values_own_value_t handle_of(jsvm_engine_values_output_t *output) {
  if (output->tag == JSVM_ENGINE_VALUES_OUTPUT_VALUE) return output->val.value;
  jsvm_engine_values_input_t input = {.tag = output->tag};
  if (output->tag == JSVM_ENGINE_VALUES_OUTPUT_BOOLEAN) input.val.boolean = output->val.boolean;
  if (output->tag == JSVM_ENGINE_VALUES_OUTPUT_NUMBER) input.val.number = output->val.number;
  jsvm_engine_values_own_value_t handle;
  jsvm_engine_values_error_t error;
  if (!jsvm_engine_values_create_primitive(&input, &handle, &error)) abort();
  return handle;
}

bool exports_driver_eval(driver_string_t *code, driver_string_t *text, driver_string_t *message) {
  remember_fresh();
  jsvm_engine_evaluation_eval_options_t options = {.kind = JSVM_ENGINE_EVALUATION_SOURCE_KIND_SCRIPT};
  driver_string_set(&options.file_name, "driver.js");
  jsvm_engine_values_output_t output;
  jsvm_engine_values_error_t error;
  bool done = jsvm_engine_evaluation_eval(code, &options, &output, &error);
  driver_string_free(code);
  if (!done) {
    take_message(&error, message);
    return false;
  }
  jsvm_engine_values_own_value_t value = handle_of(&output);
  jsvm_engine_jobs_job_report_t report;
  done = jsvm_engine_jobs_run_jobs(UINT32_MAX, &report, &error) &&
         jsvm_engine_values_method_value_to_text(jsvm_engine_values_borrow_value(value), text, &error);
  jsvm_engine_values_value_drop_own(value);
  if (!done) take_message(&error, message);
  return done;
}

// ----------------------------------------------------------------- freezing

// What is frozen is stored as the size of the image in eight bytes, and for each page that is not
// as in a fresh VM its number in four bytes and all of it.
#define HEAD 8
#define NUMBER 4

static bool is_fresh(const uint8_t *page, size_t offset) {
  static const uint8_t zero[PAGE];
  return memcmp(page, offset < fresh.len ? fresh.ptr + offset : zero, PAGE) == 0;
}

void exports_driver_freeze(driver_list_u8_t *stored) {
  remember_fresh();
  jsvm_engine_snapshot_snapshot_error_t error;
  driver_list_u8_t image;
  if (!jsvm_engine_snapshot_sweep(&error)) abort();
  if (!jsvm_engine_snapshot_get_memory(&image, &error)) abort();
  size_t pages = 0;
  for (size_t at = 0; at < image.len; at += PAGE) pages += !is_fresh(image.ptr + at, at);
  stored->len = HEAD + pages * (NUMBER + PAGE);
  stored->ptr = malloc(stored->len);
  if (!stored->ptr) abort();
  uint64_t size = image.len;
  memcpy(stored->ptr, &size, HEAD);
  uint8_t *to = stored->ptr + HEAD;
  for (size_t at = 0; at < image.len; at += PAGE) {
    if (is_fresh(image.ptr + at, at)) continue;
    uint32_t number = at / PAGE;
    memcpy(to, &number, NUMBER);
    memcpy(to + NUMBER, image.ptr + at, PAGE);
    to += NUMBER + PAGE;
  }
  driver_list_u8_free(&image);
}

bool exports_driver_thaw(driver_list_u8_t *stored) {
  remember_fresh();
  jsvm_engine_snapshot_snapshot_error_t error;
  uint64_t size;
  if (stored->len < HEAD) return false;
  memcpy(&size, stored->ptr, HEAD);
  if (size != fresh.len && !jsvm_engine_snapshot_grow(size, &error)) return false;
  size_t at = HEAD;
  for (; at + NUMBER + PAGE <= stored->len; at += NUMBER + PAGE) {
    uint32_t number;
    memcpy(&number, stored->ptr + at, NUMBER);
    uint64_t offset = (uint64_t)number * PAGE;
    driver_list_u8_t page = {.ptr = stored->ptr + at + NUMBER, .len = PAGE};
    if (!jsvm_engine_snapshot_seek(offset, &error)) return false;
    if (!jsvm_engine_snapshot_write(offset, &page, &error)) return false;
  }
  bool whole = at == stored->len;
  driver_list_u8_free(stored);
  return whole && jsvm_engine_snapshot_restored(JSVM_ENGINE_SNAPSHOT_ORIGIN_RESUME, NULL, &error);
}
