/* Functions that wait, and their variables. Nothing here runs JavaScript or collects garbage. */

/* A function that waits: as JsvmFrame of guest/src/js/frames.rs. */
typedef struct JsvmFrame {
    JSStackFrame *frame;
    int kind;
    int suspension;
} JsvmFrame;

enum { JSVM_ASYNC_FUNCTION, JSVM_GENERATOR, JSVM_ASYNC_GENERATOR };
enum { JSVM_START, JSVM_AWAIT, JSVM_YIELD };

/* What an object of the collector waits with, if it does. */
static bool jsvm_suspended(JSGCObjectHeader *gp, JsvmFrame *to)
{
    JSAsyncFunctionData *f;
    JSGeneratorData *g;
    JSAsyncGeneratorData *a;
    JSObject *p;

    if (JS_GC_TYPE(gp) == JS_GC_OBJ_TYPE_ASYNC_FUNCTION) {
        f = (JSAsyncFunctionData *)gp;
        if (!f->is_active)
            return false;
        to->frame = &f->func_state.frame;
        to->kind = JSVM_ASYNC_FUNCTION;
        to->suspension = JSVM_AWAIT;
    } else if (JS_GC_TYPE(gp) == JS_GC_OBJ_TYPE_JS_OBJECT) {
        p = (JSObject *)gp;
        if (p->class_id == JS_CLASS_GENERATOR) {
            g = p->u.generator_data;
            if (!g || g->state >= JS_GENERATOR_STATE_EXECUTING)
                return false;
            to->frame = &g->func_state.frame;
            to->kind = JSVM_GENERATOR;
            to->suspension = g->state == JS_GENERATOR_STATE_SUSPENDED_START ? JSVM_START : JSVM_YIELD;
        } else if (p->class_id == JS_CLASS_ASYNC_GENERATOR) {
            a = p->u.async_generator_data;
            if (!a || a->state >= JS_ASYNC_GENERATOR_STATE_AWAITING_RETURN)
                return false;
            to->frame = &a->func_state.frame;
            to->kind = JSVM_ASYNC_GENERATOR;
            to->suspension = a->state == JS_ASYNC_GENERATOR_STATE_SUSPENDED_START ? JSVM_START
                : a->state == JS_ASYNC_GENERATOR_STATE_EXECUTING ? JSVM_AWAIT : JSVM_YIELD;
        } else {
            return false;
        }
    } else {
        return false;
    }
    /* one that runs has no stack pointer */
    return to->frame->cur_sp && JS_VALUE_GET_TAG(to->frame->cur_func) == JS_TAG_OBJECT;
}

/* The functions that wait, but for the embedder's own. Returns how many there are, of which `to` gets
   the first `room`. */
int jsvm_suspended_frames(JSContext *ctx, JsvmFrame *to, int room)
{
    struct list_head *el;
    JsvmFrame frame;
    int count = 0;

    list_for_each(el, &ctx->rt->gc_obj_list) {
        if (!jsvm_suspended(list_entry(el, JSGCObjectHeader, link), &frame) ||
            js_is_of_embedder(ctx, frame.frame->cur_func))
            continue;
        if (count < room)
            to[count] = frame;
        count++;
    }
    return count;
}

static JSFunctionBytecode *jsvm_bytecode(const JsvmFrame *frame)
{
    return JS_VALUE_GET_OBJ(frame->frame->cur_func)->u.func.function_bytecode;
}

/* The name of the function, which may be undefined, and the file, line and column where it waits. */
void jsvm_frame_place(JSContext *ctx, const JsvmFrame *frame, JSValue *name, JSValue *file,
                      int *line, int *column)
{
    JSFunctionBytecode *b = jsvm_bytecode(frame);
    JSShapeProperty *prs;
    JSProperty *pr;

    *name = JS_UNDEFINED;
    prs = find_own_property(&pr, JS_VALUE_GET_OBJ(frame->frame->cur_func), JS_ATOM_name);
    if (prs && (prs->flags & JS_PROP_TMASK) == JS_PROP_NORMAL)
        *name = js_dup(pr->u.value);
    *file = JS_AtomToString(ctx, b->filename);
    *line = find_line_num(ctx, b, frame->frame->cur_pc - b->byte_code_buf - 1, column);
}

/* The function that waits for this one, if it is one alone. */
JSStackFrame *jsvm_frame_caller(const JsvmFrame *frame)
{
    JSAsyncGeneratorRequest *request;
    JSAsyncGeneratorData *a;
    JSAwaiters awaiters;
    JSAwaiter awaiter;

    awaiters.steps = 0;
    awaiters.promise = JS_UNDEFINED;
    if (frame->kind == JSVM_ASYNC_FUNCTION) {
        awaiters.promise = js_promise_of_function(
            list_entry(frame->frame, JSAsyncFunctionData, func_state.frame)->resolving_funcs[0]);
    } else if (frame->kind == JSVM_ASYNC_GENERATOR) {
        a = list_entry(frame->frame, JSAsyncGeneratorData, func_state.frame);
        if (!list_empty(&a->queue)) {
            request = list_entry(a->queue.next, JSAsyncGeneratorRequest, link);
            awaiters.promise = js_promise_of_function(request->resolving_funcs[0]);
        }
    }
    while (js_next_awaiter(&awaiters, &awaiter)) {
        if (awaiter.frame)
            return awaiter.frame;
    }
    return NULL;
}

/* How many variables a function has, which exist or not: arguments, locals and captured ones. */
int jsvm_frame_variables(const JsvmFrame *frame)
{
    JSFunctionBytecode *b = jsvm_bytecode(frame);

    return (b->vardefs ? b->arg_count + b->var_count : 0) + b->closure_var_count;
}

/* Marks the locals whose block has begun in `begun`, which has a byte for each. Entering a block makes
   its variables uninitialized. */
void jsvm_frame_blocks(const JsvmFrame *frame, uint8_t *begun)
{
    JSFunctionBytecode *b = jsvm_bytecode(frame);
    int pc = frame->frame->cur_pc - b->byte_code_buf;
    int pos, op;

    for (pos = 0; pos < pc; pos += short_opcode_info(op).size) {
        op = b->byte_code_buf[pos];
        if (op == OP_set_loc_uninitialized)
            begun[get_u16(b->byte_code_buf + pos + 1)] = 1;
    }
}

enum { JSVM_NONE, JSVM_ARGUMENT, JSVM_LOCAL, JSVM_CAPTURED };

/* Whether a local exists at a line and column. */
static bool jsvm_exists(const JSFunctionBytecode *b, const JSVarDef *vd, bool begun, bool defined,
                        int line, int column)
{
    int end = vd->func_pool_idx;
    int end_line = b->line_num + (end >> 20);

    switch (vd->var_kind) {
    case JS_VAR_NORMAL:
    case JS_VAR_USING:
        break;
    case JS_VAR_FUNCTION_DECL:
    case JS_VAR_NEW_FUNCTION_DECL:
    case JS_VAR_CATCH:
        /* entering their block makes them defined */
        begun = defined;
        break;
    default:
        return false;
    }
    if (vd->scope_level <= 0)
        return true;
    if (!begun)
        return false;
    return end <= 0 || line < end_line || (line == end_line && column < (end & ((1 << 20) - 1)));
}

/* A variable by its number: its name and its value, which are borrowed. Returns where it is from, or
   JSVM_NONE if it does not exist at the line and column where the function waits. An uninitialized
   one has no value. */
int jsvm_frame_variable(const JsvmFrame *frame, int index, const uint8_t *begun, int line,
                        int column, JSAtom *name, JSValue *value)
{
    JSFunctionBytecode *b = jsvm_bytecode(frame);
    JSStackFrame *sf = frame->frame;
    const JSClosureVar *cv;
    const JSVarDef *vd;
    int locals = b->vardefs ? b->arg_count + b->var_count : 0;

    if (index < locals) {
        vd = &b->vardefs[index];
        *name = vd->var_name;
        if (index < b->arg_count) {
            *value = sf->arg_buf[index];
            return JSVM_ARGUMENT;
        }
        index -= b->arg_count;
        *value = sf->var_buf[index];
        return jsvm_exists(b, vd, begun[index], !JS_IsUndefined(*value), line, column)
            ? JSVM_LOCAL : JSVM_NONE;
    }
    index -= locals;
    cv = &b->closure_var[index];
    *name = cv->var_name;
    if ((cv->closure_type >= JS_CLOSURE_GLOBAL_REF && cv->closure_type <= JS_CLOSURE_GLOBAL)
        || (cv->var_kind >= JS_VAR_PRIVATE_FIELD && cv->var_kind != JS_VAR_USING)
        || !JS_VALUE_GET_OBJ(sf->cur_func)->u.func.var_refs)
        return JSVM_NONE;
    *value = *JS_VALUE_GET_OBJ(sf->cur_func)->u.func.var_refs[index]->pvalue;
    return JSVM_CAPTURED;
}
