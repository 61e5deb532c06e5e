// One world of the comparison: native QuickJS-NG through its C interface. It answers lines of its
// standard input, `NAME MILLISECONDS`, with lines of JSON, as `src/main.rs` does, and knows the work
// for which nothing has to cross into another world: creating, evaluating, calls, throughput, memory.
//
// Its argument is the folder `bench`.
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "quickjs.h"

#define CALLS 1000
#define IDLE_VMS 200

typedef struct {
    JSRuntime *runtime;
    JSContext *context;
    JSValue function;
} Vm;

typedef void Run(Vm *vm);

static const char *folder;

static void fail(const char *what) {
    fprintf(stderr, "native: %s\n", what);
    exit(1);
}

static void check(bool holds, const char *what) {
    if (!holds) fail(what);
}

// Prints the exception and ends the program if a value is one.
static JSValue checked(Vm *vm, JSValue value) {
    if (JS_IsException(value)) {
        JSValue exception = JS_GetException(vm->context);
        const char *text = JS_ToCString(vm->context, exception);
        fail(text ? text : "an exception");
    }
    return value;
}

static Vm create(void) {
    Vm vm = {.function = JS_UNDEFINED};
    vm.runtime = JS_NewRuntime();
    vm.context = vm.runtime ? JS_NewContext(vm.runtime) : NULL;
    check(vm.context != NULL, "no context");
    return vm;
}

static void destroy(Vm *vm) {
    JS_FreeValue(vm->context, vm->function);
    JS_FreeContext(vm->context);
    JS_FreeRuntime(vm->runtime);
}

static JSValue eval(Vm *vm, const char *source, const char *name) {
    return checked(vm, JS_Eval(vm->context, source, strlen(source), name, JS_EVAL_TYPE_GLOBAL));
}

static double to_number(Vm *vm, JSValue value) {
    double number;
    check(JS_ToFloat64(vm->context, &number, value) == 0, "not a number");
    JS_FreeValue(vm->context, value);
    return number;
}

// ---- the work

static void run_create(Vm *vm) {
    (void)vm;
    Vm made = create();
    check(to_number(&made, eval(&made, "1+2", "<eval>")) == 3, "eval is wrong");
    destroy(&made);
}

static void run_eval(Vm *vm) {
    check(to_number(vm, eval(vm, "1+2", "<eval>")) == 3, "eval is wrong");
}

static void run_call(Vm *vm) {
    JSValue arguments[] = {JS_NewFloat64(vm->context, 1), JS_NewFloat64(vm->context, 2)};
    JSValue sum = JS_Call(vm->context, vm->function, JS_UNDEFINED, 2, arguments);
    check(to_number(vm, checked(vm, sum)) == 3, "call is wrong");
}

static JSValue host(JSContext *context, JSValueConst this_value, int count, JSValueConst *arguments) {
    (void)this_value;
    double number;
    if (count < 1 || JS_ToFloat64(context, &number, arguments[0])) return JS_EXCEPTION;
    return JS_NewFloat64(context, number + 1);
}

static void run_host_call(Vm *vm) {
    JSValue count = JS_Call(vm->context, vm->function, JS_UNDEFINED, 0, NULL);
    check(to_number(vm, checked(vm, count)) == CALLS, "host calls are wrong");
}

// Runs a program until no job is left; answers with what it returned.
static JSValue program(Vm *vm) {
    JSValue result = checked(vm, JS_Call(vm->context, vm->function, JS_UNDEFINED, 0, NULL));
    JSContext *context;
    int left;
    while ((left = JS_ExecutePendingJob(vm->runtime, &context)) > 0) {
    }
    check(left == 0, "a job failed");
    return result;
}

static void run_program(Vm *vm) {
    JS_FreeValue(vm->context, program(vm));
}

static char *read_program(const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/programs/%s.js", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    check(text && fread(text, 1, size, file) == (size_t)size, "cannot read a program");
    text[size] = 0;
    fclose(file);
    return text;
}

static double resident(void) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    double kibibytes = 0;
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "VmRSS: %lf", &kibibytes) == 1) break;
    }
    if (file) fclose(file);
    return kibibytes * 1024;
}

// ---- measuring: what `src/measure.rs` does

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double measure(Run *run, Vm *vm, double budget) {
    static double samples[1 << 20];
    size_t count = 0;
    double start = now();
    int runs = 0;
    while (runs == 0 || now() - start < budget / 10) {
        run(vm);
        runs++;
    }
    double each = (now() - start) / runs;
    int batch = (int)(5e5 / fmax(each, 1)) + 1;
    start = now();
    while (count == 0 || (now() - start < budget && count < sizeof samples / sizeof *samples)) {
        double from = now();
        for (int i = 0; i < batch; i++) run(vm);
        samples[count++] = (now() - from) / batch;
    }
    qsort(samples, count, sizeof *samples, compare);
    return samples[count / 2];
}

// ---- answering

static void answer(const char *how, double value, const char *checksum) {
    printf("[{\"how\":\"%s\",\"value\":%.3f", how, value);
    if (checksum) {
        printf(",\"checksum\":\"");
        for (; *checksum; checksum++) printf(*checksum == '"' ? "\\%c" : "%c", *checksum);
        printf("\"");
    }
    printf("}]\n");
}

static void answer_program(const char *name, double budget) {
    Vm vm = create();
    char *source = read_program(name);
    JS_FreeValue(vm.context, eval(&vm, source, name));
    free(source);
    vm.function = eval(&vm, "run", "<eval>");
    JSValue result = program(&vm);
    if (JS_IsUndefined(result)) result = eval(&vm, "result", "<eval>");
    const char *checksum = JS_ToCString(vm.context, result);
    answer("JS_Call", measure(run_program, &vm, budget), checksum);
    JS_FreeCString(vm.context, checksum);
    JS_FreeValue(vm.context, result);
    destroy(&vm);
}

static void answer_memory(void) {
    Vm vms[IDLE_VMS + 1];
    double before = 0;
    for (int i = 0; i <= IDLE_VMS; i++) {
        vms[i] = create();
        run_eval(&vms[i]);
        if (i == 0) before = resident();
    }
    answer("resident set", (resident() - before) / IDLE_VMS, NULL);
    for (int i = 0; i <= IDLE_VMS; i++) destroy(&vms[i]);
}

static void answer_basic(const char *name, double budget) {
    Vm vm = create();
    if (!strcmp(name, "create")) {
        answer("JS_NewRuntime", measure(run_create, &vm, budget), NULL);
    } else if (!strcmp(name, "eval")) {
        answer("JS_Eval", measure(run_eval, &vm, budget), NULL);
    } else if (!strcmp(name, "call")) {
        vm.function = eval(&vm, "(a, b) => a + b", "<eval>");
        answer("JS_Call", measure(run_call, &vm, budget), NULL);
    } else if (!strcmp(name, "host-call")) {
        JSValue global = JS_GetGlobalObject(vm.context);
        JS_SetPropertyStr(vm.context, global, "host", JS_NewCFunction(vm.context, host, "host", 1));
        JS_FreeValue(vm.context, global);
        vm.function = eval(&vm, "() => { for (var i = 0; i < 1000;) i = host(i); return i }", "<eval>");
        answer("JS_NewCFunction", measure(run_host_call, &vm, budget) / CALLS, NULL);
    } else {
        printf("[]\n");
    }
    destroy(&vm);
}

int main(int count, char **arguments) {
    if (count != 2) fail("its argument is the folder `bench`");
    folder = arguments[1];
    char line[256], name[128];
    double milliseconds;
    while (fgets(line, sizeof line, stdin)) {
        check(sscanf(line, "%127s %lf", name, &milliseconds) == 2, "a line needs two words");
        double budget = milliseconds * 1e6;
        if (!strncmp(name, "program-", 8)) answer_program(name + 8, budget);
        else if (!strcmp(name, "memory")) answer_memory();
        else answer_basic(name, budget);
        fflush(stdout);
    }
}
