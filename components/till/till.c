// A till in C: its receipts are objects of a component in TypeScript.
#include "till.h"

#include <string.h>

typedef acme_till_receipts_own_receipt_t receipt_t;

static wasi_io_streams_own_output_stream_t output;

static void print(const uint8_t *text, size_t length) {
  wasi_io_streams_stream_error_t error;
  till_list_u8_t bytes = {.ptr = (uint8_t *)text, .len = length};
  // Nobody is left to be told if it fails.
  if (!wasi_io_streams_method_output_stream_blocking_write_and_flush(
          wasi_io_streams_borrow_output_stream(output), &bytes, &error))
    wasi_io_streams_stream_error_free(&error);
}

static void print_text(const char *text) { print((const uint8_t *)text, strlen(text)); }

static void print_string(till_string_t *text) { print(text->ptr, text->len); }

static void print_number(uint32_t number) {
  char digits[11], *at = digits + sizeof digits;
  *--at = 0;
  do *--at = '0' + number % 10;
  while (number /= 10);
  print_text(at);
}

static void print_open(void) {
  print_number(acme_till_receipts_count());
  print_text(" open\n");
}

static receipt_t open_receipt(const char *customer) {
  till_string_t name;
  till_string_set(&name, customer);
  return acme_till_receipts_constructor_receipt(&name);
}

static void sell(receipt_t receipt, const char *item, uint32_t count) {
  till_string_t name;
  till_string_set(&name, item);
  acme_till_receipts_line_t line;
  acme_till_receipts_problem_t problem;
  if (acme_till_receipts_method_receipt_add(acme_till_receipts_borrow_receipt(receipt), &name, count,
                                            &line, &problem)) {
    print_number(line.count);
    print_text(" ");
    print_string(&line.item);
    print_text(": ");
    print_number(line.cents);
    acme_till_receipts_line_free(&line);
  } else {
    if (problem.tag == ACME_TILL_RECEIPTS_PROBLEM_UNKNOWN) {
      print_text("there is no ");
      print_string(&problem.val.unknown);
    } else {
      print_text("nothing to add");
    }
    acme_till_receipts_problem_free(&problem);
  }
  print_text("\n");
}

bool exports_wasi_cli_run_run(void) {
  output = wasi_cli_stdout_get_stdout();
  receipt_t receipt = open_receipt("Ada");
  sell(receipt, "tea", 2);
  sell(receipt, "gold", 1);
  sell(receipt, "jam", 0);
  receipt_t other = open_receipt("Bob");
  sell(other, "bread", 3);
  print_open();
  // The handle is passed on: Bob's receipt ends.
  acme_till_receipts_method_receipt_merge(acme_till_receipts_borrow_receipt(receipt), other);
  till_string_t text;
  acme_till_receipts_print(acme_till_receipts_borrow_receipt(receipt), &text);
  print_string(&text);
  till_string_free(&text);
  print_text("\n");
  acme_till_receipts_list_line_t lines;
  acme_till_receipts_method_receipt_lines(acme_till_receipts_borrow_receipt(receipt), &lines);
  print_number(lines.len);
  acme_till_receipts_list_line_free(&lines);
  print_text(" lines, ");
  print_open();
  acme_till_receipts_receipt_drop_own(receipt);
  print_open();
  wasi_io_streams_output_stream_drop_own(output);
  return true;
}
