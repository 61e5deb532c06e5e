/* What the guest needs of the engine and its interface does not give: strings and objects as they
   are in memory. The build puts this at the end of quickjs.c, where everything of the engine is
   known. guest/src/js/internals.rs declares the same, and is the only caller.

   What is lent here (pointers, values, atoms) has no reference count of its own. A string's units
   stay where they are while the string is alive; all else is valid until the engine is called. */

/* Lends the units of a string, of one byte each, or of two if it is `wide`. A string that was put
   together is made one piece first, and stays so. Returns 0, 1 if the value is not a string, -1 with
   an exception if memory ran out. */
int jsvm_string_parts(JSContext *ctx, JSValueConst value, const void **start, uint32_t *len,
                      int *wide)
{
    JSString *p;

    if (JS_VALUE_GET_TAG(value) == JS_TAG_STRING_ROPE) {
        JSStringRope *r = JS_VALUE_GET_STRING_ROPE(value);
        JSValue flat = js_linearize_string_rope(ctx, value);
        if (JS_IsException(flat))
            return -1;
        /* The engine keeps the result in the rope only if somebody else has the rope as well. */
        if (JS_VALUE_GET_PTR(r->left) != JS_VALUE_GET_PTR(flat)) {
            JS_FreeValue(ctx, r->left);
            JS_FreeValue(ctx, r->right);
            r->left = js_dup(flat);
            r->right = JS_AtomToString(ctx, JS_ATOM_empty_string);
        }
        p = JS_VALUE_GET_STRING(flat);
        JS_FreeValue(ctx, flat);
    } else if (JS_VALUE_GET_TAG(value) == JS_TAG_STRING) {
        p = JS_VALUE_GET_STRING(value);
    } else {
        return 1;
    }
    *start = strv(p);
    *len = p->len;
    *wide = p->is_wide_char;
    return 0;
}

/* Gives away the stack of the function that was interrupted last, a string or undefined. */
JSValue jsvm_take_interrupted_stack(JSRuntime *rt)
{
    JSValue stack = rt->interrupted_stack;

    rt->interrupted_stack = JS_UNDEFINED;
    return stack;
}

/* Gives up the targets of weak references that the last job has seen, unless code runs. */
void jsvm_clear_kept(JSRuntime *rt)
{
    js_clear_kept(rt);
}

/* Lends the value that the running code shares with the jobs that it causes. */
JSValue jsvm_async_context(JSRuntime *rt)
{
    return rt->async_context;
}

/* Replaces it by a value whose reference count is given away. */
void jsvm_set_async_context(JSRuntime *rt, JSValue value)
{
    JSValue old = rt->async_context;

    rt->async_context = value;
    JS_FreeValueRT(rt, old);
}

/* A string of characters below 256, from a byte each. */
JSValue jsvm_new_string_latin1(JSContext *ctx, const uint8_t *start, size_t len)
{
    if (len == 0)
        return js_empty_string(ctx->rt);
    if (len > JS_STRING_LEN_MAX)
        return JS_ThrowRangeError(ctx, "invalid string length");
    return js_new_string8_len(ctx, (const char *)start, len);
}

/* An ordinary object: its properties are in a table and nowhere else. */
static JSObject *jsvm_plain(JSValueConst value)
{
    JSObject *p;

    if (JS_VALUE_GET_TAG(value) != JS_TAG_OBJECT)
        return NULL;
    p = JS_VALUE_GET_OBJ(value);
    return p->class_id == JS_CLASS_OBJECT && !p->is_exotic && !p->fast_array ? p : NULL;
}

/* An array that has each index below its length and no other property. */
static JSObject *jsvm_dense(JSValueConst value)
{
    JSObject *p;
    JSValue length;

    if (JS_VALUE_GET_TAG(value) != JS_TAG_OBJECT)
        return NULL;
    p = JS_VALUE_GET_OBJ(value);
    if (p->class_id != JS_CLASS_ARRAY || !p->fast_array || p->shape->prop_count != 1)
        return NULL;
    length = p->prop[0].u.value;
    if (JS_VALUE_GET_TAG(length) != JS_TAG_INT)
        return NULL;
    if ((uint32_t)JS_VALUE_GET_INT(length) != p->u.array.count)
        return NULL;
    return p;
}

/* The length of such an array. Returns 0 if it is none. */
int jsvm_dense_length(JSValueConst value, uint32_t *count)
{
    JSObject *p = jsvm_dense(value);

    if (!p)
        return 0;
    *count = p->u.array.count;
    return 1;
}

/* Lends an element of such an array. Returns 0 if it is none, or has no such element. */
int jsvm_dense_element(JSValueConst value, uint32_t index, JSValue *to)
{
    JSObject *p = jsvm_dense(value);

    if (!p || index >= p->u.array.count)
        return 0;
    *to = p->u.array.u.values[index];
    return 1;
}

/* Lends all elements of such an array. Returns 0 if it is none. */
int jsvm_dense_elements(JSValueConst value, const JSValue **values, uint32_t *count)
{
    JSObject *p = jsvm_dense(value);

    if (!p)
        return 0;
    *values = p->u.array.u.values;
    *count = p->u.array.count;
    return 1;
}

/* Lends the keys and values of an ordinary object, in JavaScript's order. Returns how many there
   are, or -1 if that is not so simple: it is another object, has accessors, keys that are not just
   names, or more than `max` properties. Properties that are not enumerable are left out. */
int jsvm_plain_entries(JSContext *ctx, JSValueConst value, JSAtom *keys, JSValue *values, int max)
{
    JSObject *p = jsvm_plain(value);
    JSShapeProperty *prs;
    JSAtomStruct *name;
    int i, count = 0;

    if (!p)
        return -1;
    prs = get_shape_prop(p->shape);
    for (i = 0; i < p->shape->prop_count; i++, prs++) {
        if (prs->atom == JS_ATOM_NULL || !(prs->flags & JS_PROP_ENUMERABLE))
            continue;
        if (count == max || (prs->flags & JS_PROP_TMASK) != JS_PROP_NORMAL
            || __JS_AtomIsTaggedInt(prs->atom))
            return -1;
        name = ctx->rt->atom_array[prs->atom];
        if (name->atom_type != JS_ATOM_TYPE_STRING || name->is_wide_char
            || (name->len > 0 && is_digit(str8(name)[0])))
            return -1;
        keys[count] = prs->atom;
        values[count] = p->prop[i].u.value;
        count++;
    }
    return count;
}

/* An ordinary object with these keys and values, which are taken over; of two keys that are the same
   the last counts. It is made fastest if `like`, which may be anything, is one with the same keys. */
JSValue jsvm_new_object(JSContext *ctx, const JSAtom *keys, JSValue *values, int count,
                        JSValueConst like)
{
    JSObject *p = jsvm_plain(like);
    JSShape *sh = p ? p->shape : NULL;
    JSShapeProperty *prs;
    JSValue object;
    int i;

    if (sh && sh->is_hashed && sh->prop_count == count && sh->deleted_prop_count == 0
        && sh->proto == JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_OBJECT])) {
        prs = get_shape_prop(sh);
        for (i = 0; i < count; i++)
            if (prs[i].atom != keys[i] || prs[i].flags != JS_PROP_C_W_E)
                break;
        if (i == count) {
            object = JS_NewObjectFromShape(ctx, js_dup_shape(sh), JS_CLASS_OBJECT, NULL);
            if (JS_IsException(object)) {
                i = 0;
                goto fail;
            }
            p = JS_VALUE_GET_OBJ(object);
            for (i = 0; i < count; i++)
                p->prop[i].u.value = values[i];
            return object;
        }
    }
    i = 0;
    object = JS_NewObject(ctx);
    if (JS_IsException(object))
        goto fail;
    while (i < count) {
        if (JS_DefinePropertyValue(ctx, object, keys[i], values[i],
                                   JS_PROP_C_W_E | JS_PROP_THROW) < 0) {
            i++;
            JS_FreeValue(ctx, object);
            goto fail;
        }
        i++;
    }
    return object;
fail:
    for (; i < count; i++)
        JS_FreeValue(ctx, values[i]);
    return JS_EXCEPTION;
}

/* Lends the next entry of an iterator of a map or set, which stays where it is. `at` is NULL for the
   first, and then as the last call left it; the engine must not be called in between. Returns what
   the iterator gives: 1 for keys, 2 for values, 3 for both; 0 if there is no other entry, or if the
   value is no such iterator. */
int jsvm_iterator_entry(JSValueConst value, void **at, JSValue *key, JSValue *to)
{
    JSObject *p;
    JSMapIteratorData *it;
    JSMapState *s;
    JSMapRecord *mr;
    struct list_head *el;
    bool is_set;

    if (JS_VALUE_GET_TAG(value) != JS_TAG_OBJECT)
        return 0;
    p = JS_VALUE_GET_OBJ(value);
    is_set = p->class_id == JS_CLASS_SET_ITERATOR;
    if (!is_set && p->class_id != JS_CLASS_MAP_ITERATOR)
        return 0;
    it = p->u.map_iterator_data;
    if (!it || JS_VALUE_GET_TAG(it->obj) != JS_TAG_OBJECT)
        return 0;
    s = JS_VALUE_GET_OBJ(it->obj)->u.map_state;
    mr = *at ? (JSMapRecord *)*at : it->cur_record;
    for (el = mr ? mr->link.next : s->records.next; el != &s->records; el = mr->link.next) {
        mr = list_entry(el, JSMapRecord, link);
        if (mr->empty)
            continue;
        *at = mr;
        *key = mr->key;
        *to = is_set ? mr->key : mr->value;
        switch (it->kind) {
        case JS_ITERATOR_KIND_KEY:
            return 1;
        case JS_ITERATOR_KIND_VALUE:
            return 2;
        default:
            return 3;
        }
    }
    return 0;
}

/* Gives an error without frames those of the functions that wait for a promise, which `settle`
   resolves or rejects. An error that has frames, and any other value, stays as it is. */
void jsvm_write_stack(JSContext *ctx, JSValueConst error, JSValueConst settle)
{
    union {
        JSJobEntry entry;
        char room[sizeof(JSJobEntry) + sizeof(JSValue)];
    } job;
    JSRuntime *rt = ctx->rt;
    JSJobEntry *outer_job = rt->current_job;
    JSStackFrame *outer_frame = rt->current_stack_frame;
    JSShapeProperty *prs;
    JSProperty *pr;
    JSObject *p;

    if (JS_VALUE_GET_TAG(error) != JS_TAG_OBJECT)
        return;
    p = JS_VALUE_GET_OBJ(error);
    if (p->class_id != JS_CLASS_ERROR)
        return;
    prs = find_own_property(&pr, p, JS_ATOM_stack);
    if (prs) {
        if ((prs->flags & JS_PROP_TMASK) != JS_PROP_NORMAL || !(prs->flags & JS_PROP_WRITABLE)
            || !JS_IsEmptyString(pr->u.value))
            return;
        set_value(ctx, &pr->u.value, JS_UNDEFINED);
    }
    p->u.object_data = JS_UNDEFINED;
    /* as if the promise were settled by a job */
    job.entry.job_func = js_promise_resolve_thenable_job;
    job.entry.argc = 1;
    job.entry.argv[0] = unsafe_unconst(js_promise_of_function(settle));
    rt->current_job = &job.entry;
    rt->current_stack_frame = NULL;
    build_backtrace(ctx, error, JS_UNDEFINED, NULL, 0, 0, 0);
    rt->current_stack_frame = outer_frame;
    rt->current_job = outer_job;
}

/* Zeroes what is left in free blocks of arenas, so that a snapshot does not hold it. What is zero
   already is not written: it may be in pages that all VMs share. */
void jsvm_sweep_arenas(JSRuntime *rt)
{
    struct list_head *el;

    for (int i = 0; i < JS_ARENA_BLOCK_SIZE_COUNT; i++) {
        size_t words = (arena_block_sizes[i] - sizeof(JSMallocBlockHeader)) / sizeof(uint64_t);
        list_for_each(el, &rt->arena_state.free_arena_list[i]) {
            JSArena *ar = list_entry(el, JSArena, free_link);
            unsigned int at = ar->first_free_block;
            if (ar->is_swept)
                continue;
            ar->is_swept = 1;
            while (at != JS_ARENA_FREE_NIL) {
                JSMallocBlockHeader *b = arena_get_block(ar, at, arena_block_sizes[i]);
                uint64_t *word = (uint64_t *)b->user_data;
                for (size_t j = 0; j < words; j++) {
                    if (word[j])
                        word[j] = 0;
                }
                if (b->ref_count || b->gc_obj_type || b->mark) {
                    b->ref_count = 0;
                    b->gc_obj_type = 0;
                    b->mark = 0;
                }
                at = b->u.free_next;
            }
        }
    }
}

static JSValue jsvm_throw_eval_error(JSContext *ctx, const char *format, ...)
{
    JSValue thrown;
    va_list arguments;

    va_start(arguments, format);
    thrown = JS_ThrowError(ctx, JS_EVAL_ERROR, format, arguments);
    va_end(arguments);
    return thrown;
}

/* Whether the next text may be compiled. */
static bool jsvm_may_compile;

/* What compiles text, in place of the engine's own: every text, wherever it comes from. */
static JSValue jsvm_compile_allowed(JSContext *ctx, JSValueConst this_obj, const char *input,
                            size_t input_len, const char *filename, int line, int flags,
                            int scope_idx)
{
    if (!jsvm_may_compile)
        return jsvm_throw_eval_error(ctx, "code generation from strings is not allowed");
    jsvm_may_compile = false;
    return __JS_EvalInternal(ctx, this_obj, input, input_len, filename, line, flags, scope_idx);
}

/* From now on text is compiled only if `jsvm_allow_compiling` was called for it. */
void jsvm_forbid_compiling(JSContext *ctx)
{
    ctx->eval_internal = jsvm_compile_allowed;
}

/* Allows one text to be compiled, or none. */
void jsvm_allow_compiling(int one)
{
    jsvm_may_compile = one;
}

/* From now on literals of regular expressions are errors of syntax. */
void jsvm_forbid_regexps(JSContext *ctx)
{
    ctx->compile_regexp = NULL;
}

/* What a module imports that was compiled with JS_EVAL_FLAG_UNRESOLVED: an array of specifiers, each
   with an object of attributes, or undefined. The module is freed. */
JSValue jsvm_take_module_imports(JSContext *ctx, JSValue module)
{
    JSModuleDef *m = JS_VALUE_GET_PTR(module);
    JSValue list = JS_NewArray(ctx);
    int i;

    for (i = 0; i < m->req_module_entries_count && !JS_IsException(list); i++) {
        JSReqModuleEntry *entry = &m->req_module_entries[i];
        JSValue specifier = JS_AtomToString(ctx, entry->module_name);
        if (JS_DefinePropertyValueUint32(ctx, list, 2 * i, specifier, JS_PROP_C_W_E) < 0 ||
            JS_DefinePropertyValueUint32(ctx, list, 2 * i + 1, js_dup(entry->attributes),
                                         JS_PROP_C_W_E) < 0) {
            JS_FreeValue(ctx, list);
            list = JS_EXCEPTION;
        }
    }
    js_free_module_def(ctx, m);
    return list;
}

/* Whether a module of a name is loaded, or -1 with an exception. */
int jsvm_is_module_loaded(JSContext *ctx, const char *name)
{
    JSAtom atom = JS_NewAtom(ctx, name);
    JSModuleDef *m;

    if (atom == JS_ATOM_NULL)
        return -1;
    m = js_find_loaded_module_by_name(ctx, atom);
    JS_FreeAtom(ctx, atom);
    return m != NULL;
}

/* Sets what runs for a call of import() in place of the engine's own job; NULL for that. */
void jsvm_set_import_job(JSRuntime *rt, JSJobFunc *job)
{
    rt->dynamic_import_job = job;
}

/* Runs the engine's own job with the arguments of a job of import(). */
JSValue jsvm_import_now(JSContext *ctx, JSValueConst *import)
{
    return js_dynamic_import_job(ctx, 5, import);
}

/* Queues that job. */
int jsvm_import_later(JSContext *ctx, JSValueConst *import)
{
    return JS_EnqueueJob(ctx, js_dynamic_import_job, 5, import);
}

/* Whether an array buffer is over memory that belongs to somebody else: see guest/src/js/buffer.rs. */
int jsvm_is_memory_buffer(JSValueConst value)
{
    JSObject *p;

    if (JS_VALUE_GET_TAG(value) != JS_TAG_OBJECT)
        return 0;
    p = JS_VALUE_GET_OBJ(value);
    return p->class_id == JS_CLASS_ARRAY_BUFFER && p->u.array_buffer &&
        p->u.array_buffer->opaque == (void *)&jsvm_memory_buffers;
}
