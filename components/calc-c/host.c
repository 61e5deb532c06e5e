// The host of the calculator's VM: functions in C, by the names that scripts know them by, and a
// limit on how much a line may compute.
#include "calc_host.h"

#include <stdlib.h>
#include <string.h>

typedef exports_jsvm_engine_types_argument_t argument_t;
typedef exports_jsvm_engine_host_list_argument_t arguments_t;

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

// --------------------------------------------------------------------- exports

static uint32_t polls;

void exports_jsvm_examples_budget_renew(uint32_t count) { polls = count; }

bool exports_jsvm_engine_host_should_interrupt(exports_jsvm_engine_host_interrupt_point_t point,
                                               exports_jsvm_engine_host_interrupt_reason_t *reason) {
  if (polls) {
    polls--;
    return false;
  }
  *reason = EXPORTS_JSVM_ENGINE_TYPES_INTERRUPT_REASON_WORK_LIMIT;
  // Inside of a built-in function there is no way back but a trap, which ends the calculator.
  return point == EXPORTS_JSVM_ENGINE_HOST_INTERRUPT_POINT_BYTECODE;
}

static void type_error(const char *message, argument_t *thrown) {
  thrown->tag = EXPORTS_JSVM_ENGINE_TYPES_ARGUMENT_ERROR;
  thrown->val.error = (exports_jsvm_engine_types_thrown_error_t){
      .class_ = EXPORTS_JSVM_ENGINE_TYPES_ERROR_CLASS_TYPE_ERROR};
  calc_host_string_dup(&thrown->val.error.message, message);
}

static bool call(const calc_host_string_t *name, const arguments_t *args, argument_t *result,
                 argument_t *thrown) {
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    const char *known = functions[i].name;
    if (name->len != strlen(known) || memcmp(name->ptr, known, name->len)) continue;
    if (args->len != 2 || args->ptr[0].tag != EXPORTS_JSVM_ENGINE_TYPES_ARGUMENT_NUMBER ||
        args->ptr[1].tag != EXPORTS_JSVM_ENGINE_TYPES_ARGUMENT_NUMBER) {
      type_error("this function takes two numbers", thrown);
      return false;
    }
    result->tag = EXPORTS_JSVM_ENGINE_TYPES_ARGUMENT_NUMBER;
    result->val.number = functions[i].function(args->ptr[0].val.number, args->ptr[1].val.number);
    return true;
  }
  type_error("the calculator has no such function", thrown);
  return false;
}

bool exports_jsvm_engine_host_host_call(calc_host_string_t *name, arguments_t *args,
                                        argument_t *result, argument_t *thrown) {
  bool done = call(name, args, result, thrown);
  calc_host_string_free(name);
  exports_jsvm_engine_host_list_argument_free(args);
  return done;
}

// The calculator has no console.
void exports_jsvm_engine_console_write(exports_jsvm_engine_console_level_t level,
                                       calc_host_string_t *text) {
  (void)level;
  calc_host_string_free(text);
}

// Nor has it modules.
bool exports_jsvm_engine_modules_resolve(calc_host_string_t *specifier, calc_host_string_t *importer,
                                         exports_jsvm_engine_modules_import_kind_t kind,
                                         calc_host_string_t *name, argument_t *thrown) {
  (void)kind, (void)name;
  calc_host_string_free(specifier);
  calc_host_string_free(importer);
  type_error("the calculator has no modules", thrown);
  return false;
}

bool exports_jsvm_engine_modules_load(calc_host_string_t *name,
                                      exports_jsvm_engine_modules_module_t *module,
                                      argument_t *thrown) {
  (void)module;
  calc_host_string_free(name);
  type_error("the calculator has no modules", thrown);
  return false;
}
