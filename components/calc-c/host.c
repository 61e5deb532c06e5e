// The host of the calculator's VM: functions in C, by the names that scripts know them by, and a
// limit on how much a line may compute.
#include "calc_host.h"

#include <stdlib.h>
#include <string.h>

typedef exports_jsvm_engine_host_data_t data_t;
typedef exports_jsvm_engine_host_reply_t reply_t;

// ------------------------------------------------------------------- functions

static double gcd(double a, double b) {
  uint64_t x = a < 0 ? -a : a, y = b < 0 ? -b : b;
  while (y) {
    uint64_t rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

static double choose(double n, double k) {
  double ways = 1;
  for (double i = 1; i <= k; i++) ways = ways * (n - k + i) / i;
  return ways;
}

static const struct {
  const char *name;
  double (*function)(double, double);
} functions[] = {{"gcd", gcd}, {"choose", choose}};

// --------------------------------------------------------------------- numbers

// Where CBOR is read: `wit/data.md` of jsvm says what is in it.
typedef struct {
  const uint8_t *at, *end;
} reader_t;

static bool read_big_endian(reader_t *reader, unsigned bytes, uint64_t *value) {
  if ((size_t)(reader->end - reader->at) < bytes) return false;
  *value = 0;
  while (bytes--) *value = *value << 8 | *reader->at++;
  return true;
}

// The major type of an item and its argument. Of a float, the argument is its bits.
static bool read_head(reader_t *reader, unsigned *type, unsigned *size, uint64_t *argument) {
  if (reader->at == reader->end) return false;
  *type = *reader->at >> 5;
  unsigned info = *reader->at++ & 31;
  *size = info < 24 ? 0 : 1 << (info - 24);
  *argument = info;
  return info < 28 && (info < 24 || read_big_endian(reader, *size, argument));
}

static double half(uint64_t bits) {
  double value = bits & 0x3ff;
  int exponent = bits >> 10 & 31;
  if (exponent) value += 1024;
  for (int i = 25; i > (exponent ? exponent : 1); i--) value /= 2;
  for (int i = 25; i < exponent; i++) value *= 2;
  return bits >> 15 ? -value : value;
}

static bool read_number(reader_t *reader, double *number) {
  unsigned type, size;
  uint64_t bits;
  if (!read_head(reader, &type, &size, &bits)) return false;
  if (type == 0) {
    *number = bits;
  } else if (type == 1) {
    *number = -1.0 - bits;
  } else if (type == 7 && size == 2) {
    *number = half(bits);
  } else if (type == 7 && size == 4) {
    uint32_t narrow = bits;
    float value;
    memcpy(&value, &narrow, sizeof value);
    *number = value;
  } else if (type == 7 && size == 8) {
    memcpy(number, &bits, sizeof bits);
  } else {
    return false;
  }
  return true;
}

// ---------------------------------------------------------------------- errors

// `27(["TypeError", {"message": message}])`, of a message of 24 to 255 bytes.
static void type_error(const char *message, data_t *error) {
  static const char before[] = "\xd8\x1b\x82\x69TypeError\xa1\x67message\x78";
  size_t head = sizeof before - 1, length = strlen(message);
  *error = (data_t){.item = {.ptr = malloc(head + 1 + length), .len = head + 1 + length}};
  if (!error->item.ptr) abort();
  memcpy(error->item.ptr, before, head);
  error->item.ptr[head] = length;
  memcpy(error->item.ptr + head + 1, message, length);
}

// --------------------------------------------------------------------- exports

static uint32_t polls;

void exports_jsvm_examples_budget_renew(uint32_t count) { polls = count; }

bool exports_jsvm_engine_host_poll(exports_jsvm_engine_host_poll_point_t point) {
  if (polls) {
    polls--;
    return false;
  }
  // Inside of a built-in function there is no way back but a trap, which ends the calculator.
  return point == EXPORTS_JSVM_ENGINE_HOST_POLL_POINT_BYTECODE;
}

static bool is(const calc_host_string_t *name, const char *other) {
  return name->len == strlen(other) && memcmp(name->ptr, other, name->len) == 0;
}

static bool call(const calc_host_string_t *name, const data_t *args, reply_t *reply, data_t *error) {
  *reply = (reply_t){.tag = EXPORTS_JSVM_ENGINE_TYPES_REPLY_UNDEFINED};
  if (is(name, "jsvm:console")) return true;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    if (!is(name, functions[i].name)) continue;
    reader_t reader = {.at = args->item.ptr, .end = args->item.ptr + args->item.len};
    unsigned type, size;
    uint64_t count;
    double a, b;
    if (!read_head(&reader, &type, &size, &count) || type != 4 || count != 2 ||
        !read_number(&reader, &a) || !read_number(&reader, &b)) {
      type_error("this function takes two numbers", error);
      return false;
    }
    reply->tag = EXPORTS_JSVM_ENGINE_TYPES_REPLY_NUMBER;
    reply->val.number = functions[i].function(a, b);
    return true;
  }
  type_error("the calculator has no such function", error);
  return false;
}

bool exports_jsvm_engine_host_host_call(calc_host_string_t *name, data_t *args, reply_t *reply,
                                        data_t *error) {
  bool done = call(name, args, reply, error);
  calc_host_string_free(name);
  exports_jsvm_engine_types_data_free(args);
  return done;
}
