//! The JavaScript that converts streams and futures, and waits for asynchronous functions.

use super::component::Linked;
use super::concurrent::WAIT;
use super::names::literal;
use super::shape::{Integer, ResultShape, Shape, TransferId, TransferShape};

/// What modules of components with asynchronous functions begin with.
///
/// `$call` makes a call with the ends of the streams among its arguments. If it fails, the ends that were
/// not passed are closed; if the script gives it up, all of them.
const PRELUDE: &str = r##"
const $later = (token, signal) => token === undefined ? undefined : $wait(token, signal);
const $ends = new FinalizationRegistry((end) => $["#close"](end));
const $discard = (ends) => { for (const end of ends) $["#discard"](end); };
const $now = (start) => {
    const ends = [];
    try { return start(ends); } catch (error) { $discard(ends); throw error; }
};
const $call = async (start, options) => {
    const signal = options?.signal;
    signal?.throwIfAborted();
    const ends = [];
    const stop = () => { for (const end of ends) $["#close"](end); };
    signal?.addEventListener("abort", stop);
    try {
        return await $later(start(ends), signal);
    } catch (error) {
        $discard(ends);
        throw error;
    } finally {
        signal?.removeEventListener("abort", stop);
    }
};
const $settle = (kind, isResult, isText, value, ends) => {
    const end = $["#open"](kind);
    ends.push(end);
    (async () => {
        await undefined;
        let item;
        try {
            item = await value;
            if (isResult) item = { tag: "ok", val: item };
        } catch (error) {
            if (!isResult) throw error;
            const isError = error instanceof Error;
            const val = isError && "payload" in error ? error.payload : isError && isText ? error.message : error;
            item = { tag: "err", val };
        }
        if (!$["#is-open"](end)) return;
        await $later($["#write"](end, [item]));
        $["#close"](end);
    })();
    return end;
};
const $read = (end) => {
    const value = $later($["#read"](end));
    value?.catch(() => {});
    return value;
};
"##;

/// The same for modules of components with streams.
const STREAMS: &str = r##"
const $bytes = new Set();
const $isChunk = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
const $streams = ((natives) => {
{STREAMS}
})({
    read: (end) => $later($["#read"](end)),
    cancel: (end) => $["#close"](end),
    isOpen: (end) => $["#is-open"](end),
    write: (end, items, areAll) =>
        $later($["#write"](end, areAll || ($bytes.has(end) && $isChunk(items)) ? items : [items])),
    close: (end) => { $bytes.delete(end); $["#close"](end); },
    fail: (end, error) => { $["#close"](end); throw error; },
});
const $take = (end, isBytes) => {
    const stream = $streams.readable(end, isBytes);
    $ends.register(stream, end);
    return stream;
};
const $give = (kind, isBytes, source, ends) => {
    if (source === null || typeof source !== "object") return String(source);
    const known = $streams.endOf(source);
    if (known !== undefined) {
        $streams.lock(source);
        return known;
    }
    const isIterable = typeof (source[Symbol.asyncIterator] ?? source[Symbol.iterator]) === "function";
    if (!isIterable && !(source instanceof ArrayBuffer)) return source;
    const end = $["#open"](kind);
    ends.push(end);
    if (isBytes) $bytes.add(end);
    $streams.pump(end, source instanceof ArrayBuffer ? new Uint8Array(source) : source);
    return end;
};
"##;

/// Returns the beginning of a module: its imports, and its helpers.
pub(super) fn prelude(linked: &Linked) -> (String, String) {
    if !linked.compiled.is_concurrent {
        return Default::default();
    }
    let imports = format!("import {{ wait as $wait }} from {};\n", literal(WAIT));
    let mut helpers = PRELUDE.to_owned();
    if linked.exports.transfers.iter().any(|it| it.is_stream) {
        helpers.push_str(&STREAMS.replace("{STREAMS}", jsvm_abi::STREAMS));
    }
    (imports, helpers)
}

fn transfer(linked: &Linked, id: TransferId) -> &TransferShape {
    &linked.exports.transfers[id.0]
}

fn has_bytes(shape: &TransferShape) -> bool {
    matches!(shape.item, Some(Shape::Integer(Integer::U8)))
}

/// Creates a function that turns the number of an end into a stream or promise.
pub(super) fn take(linked: &Linked, id: TransferId) -> String {
    let shape = transfer(linked, id);
    match shape.is_stream {
        true => format!("(v) => $take(v, {})", has_bytes(shape)),
        false => "$read".into(),
    }
}

/// Creates a function that turns the iterables and promises in an argument into numbers of ends, if its
/// type has any. Objects of the script are copied.
pub(super) fn give(linked: &Linked, shape: &Shape) -> Option<String> {
    if !shape.has_transfers() {
        return None;
    }
    let inner = |shape: &Shape| give(linked, shape);
    let object = |changes: &str| {
        format!("(v) => v !== null && typeof v === \"object\" ? {{ ...v{changes} }} : v")
    };
    let tagged = |cases: Vec<(&str, String)>| {
        let cases = cases.into_iter().map(|(tag, give)| {
            let tag = literal(tag);
            format!("v?.tag === {tag} ? {{ ...v, val: ({give})(v.val) }} : ")
        });
        format!("(v) => {}v", cases.collect::<String>())
    };
    Some(match shape {
        Shape::Transfer(id) => {
            let TransferId(number) = id;
            let shape = transfer(linked, *id);
            match (&shape.item, shape.is_stream) {
                (_, true) => format!("(v) => $give({number}, {}, v, $e)", has_bytes(shape)),
                (Some(Shape::Result(ResultShape { err, .. })), false) => {
                    let is_text = matches!(err.as_deref(), Some(Shape::Text));
                    format!("(v) => $settle({number}, true, {is_text}, v, $e)")
                }
                (_, false) => format!("(v) => $settle({number}, false, false, v, $e)"),
            }
        }
        Shape::List(item) | Shape::Fixed(item, _) => {
            let give = inner(item)?;
            format!("(v) => Array.isArray(v) ? v.map(({give})) : v")
        }
        Shape::Option(item) => {
            let give = inner(item)?;
            match **item {
                Shape::Option(_) => tagged(vec![("some", give)]),
                _ => format!("(v) => v == null ? v : ({give})(v)"),
            }
        }
        Shape::Record(fields) => {
            let fields = fields.iter().filter_map(|field| {
                let key = literal(&field.key);
                Some(format!(", {key}: ({})(v[{key}])", inner(&field.shape)?))
            });
            object(&fields.collect::<String>())
        }
        Shape::Tuple(shapes) => {
            let elements = shapes.iter().enumerate().map(|(index, shape)| {
                let place = format!("v[{index}]");
                match inner(shape) {
                    Some(give) => format!("({give})({place})"),
                    None => place,
                }
            });
            let elements: Vec<_> = elements.collect();
            format!(
                "(v) => Array.isArray(v) && v.length === {} ? [{}] : v",
                elements.len(),
                elements.join(", ")
            )
        }
        Shape::Variant(cases) => {
            let cases = cases
                .iter()
                .filter_map(|case| Some((&*case.name, inner(case.payload.as_ref()?)?)));
            tagged(cases.collect())
        }
        Shape::Result(outcome) => {
            let cases = [("ok", &outcome.ok), ("err", &outcome.err)].into_iter();
            let cases = cases.filter_map(|(tag, shape)| Some((tag, inner(shape.as_deref()?)?)));
            tagged(cases.collect())
        }
        _ => return None,
    })
}
