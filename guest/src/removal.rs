//! Takes parts of the realm away.
//!
//! Text is compiled by one function of the engine, and literals of regular expressions by another:
//! both are forbidden there, so that it does not matter how a script comes to them.
//!
//! The rest is still in memory: the engine and the VM itself hold on to it. But a script finds things
//! only through references, of which there are few: names of the global object, and properties of
//! what it can reach otherwise. The prototype of a class can be reached from each of its objects, and
//! those from syntax (what an `async` function returns), from other parts (`TextEncoder` makes a
//! `Uint8Array`), or from the embedder. So the names go, and of the prototypes the property
//! `constructor`. `tests/tests/intrinsics.rs` walks through everything that a script can reach then.

use std::cell::OnceCell;

use crate::bindings::exports::jsvm::engine::realm::Intrinsics as Which;
use crate::js::{self, JsResult, OwnKeys, Slot, Source, Thrown, Value};
use crate::web;

/// A part: its classes, and the other names it has in the global object.
struct Part {
    which: Which,
    classes: &'static [&'static str],
    names: &'static [&'static str],
}

const PARTS: &[Part] = &[
    Part {
        which: Which::DATE,
        classes: &["Date"],
        names: &[],
    },
    Part {
        which: Which::REGEXP,
        classes: &["RegExp"],
        names: &[],
    },
    Part {
        which: Which::JSON,
        classes: &[],
        names: &["JSON"],
    },
    Part {
        which: Which::PROXY,
        classes: &[],
        names: &["Proxy"],
    },
    Part {
        which: Which::REFLECT,
        classes: &[],
        names: &["Reflect"],
    },
    Part {
        which: Which::MAP_SET,
        classes: &["Map", "Set", "WeakMap", "WeakSet"],
        names: &[],
    },
    Part {
        which: Which::TYPED_ARRAYS,
        classes: &[
            "ArrayBuffer",
            "SharedArrayBuffer",
            "DataView",
            "Int8Array",
            "Uint8Array",
            "Uint8ClampedArray",
            "Int16Array",
            "Uint16Array",
            "Int32Array",
            "Uint32Array",
            "BigInt64Array",
            "BigUint64Array",
            "Float16Array",
            "Float32Array",
            "Float64Array",
        ],
        names: &["Atomics"],
    },
    Part {
        which: Which::PROMISE,
        classes: &["Promise"],
        names: &[],
    },
    Part {
        which: Which::BIGINT,
        classes: &["BigInt"],
        names: &[],
    },
    Part {
        which: Which::WEAK_REF,
        classes: &["WeakRef", "FinalizationRegistry"],
        names: &[],
    },
    Part {
        which: Which::DOM_EXCEPTION,
        classes: &["DOMException"],
        names: &[],
    },
    Part {
        which: Which::BASE64,
        classes: &[],
        names: &["atob", "btoa"],
    },
    Part {
        which: Which::TIMERS,
        classes: &[],
        names: &[
            "setTimeout",
            "setInterval",
            "setImmediate",
            "clearTimeout",
            "clearInterval",
            "clearImmediate",
            "queueMicrotask",
        ],
    },
    Part {
        which: Which::CONSOLE,
        classes: &[],
        names: &["console"],
    },
];

/// What is needed later, as it was before any script ran.
struct Kept {
    /// The prototype of each class in [`PARTS`], by its name.
    prototypes: Vec<(&'static str, Value)>,
    /// `%TypedArray%.prototype`
    typed_array: Value,
    /// The prototype of what `Error.prepareStackTrace` is given.
    call_site: Value,
}

thread_local! {
    static KEPT: OnceCell<&'static Kept> = const { OnceCell::new() };
}

/// An object as `Error.prepareStackTrace` is given, which is left as it was.
const CALL_SITE: &str = "(() => {
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) => sites;
  const [site] = new Error().stack;
  Error.prepareStackTrace = before;
  return site;
})()";

/// Keeps the objects that [`remove`] needs. Call it before any script runs.
pub fn keep() -> JsResult<()> {
    let global = js::global();
    let classes = PARTS.iter().flat_map(|part| part.classes);
    let prototypes: Vec<_> = classes
        .map(|class| Ok((*class, global.get(*class)?.get("prototype")?)))
        .collect::<JsResult<_>>()?;
    let typed_array = global.get("Int8Array")?.get("prototype")?.prototype()?;
    let source = Source {
        text: CALL_SITE.to_owned(),
        file_name: "jsvm:removal",
        strict: true,
        asynchronous: false,
    };
    let (site, _) = js::eval(source, false)?;
    let call_site = site.prototype()?;
    let kept: &'static Kept = Box::leak(Box::new(Kept {
        prototypes,
        typed_array,
        call_site,
    }));
    KEPT.with(|cell| {
        let _ = cell.set(kept);
    });
    Ok(())
}

/// Takes parts of the realm away.
pub fn remove(which: Which) -> JsResult<()> {
    let Some(kept) = KEPT.with(|kept| kept.get().copied()) else {
        return Err(Thrown::type_error("the realm is not complete"));
    };
    if which == Which::empty() {
        return Ok(());
    }
    let global = js::global();
    // A frame of a stack knows its function, which can be one that the VM itself has called.
    drop_property(&kept.call_site, "getFunction")?;
    for part in PARTS.iter().filter(|part| which.contains(part.which)) {
        for name in part.names.iter().chain(part.classes) {
            drop_property(&global, name)?;
        }
        let mine = |class| part.classes.contains(class);
        for (_, prototype) in kept.prototypes.iter().filter(|(class, _)| mine(class)) {
            drop_property(prototype, "constructor")?;
        }
    }
    if which.contains(Which::TYPED_ARRAYS) {
        drop_property(&kept.typed_array, "constructor")?;
    }
    if which.contains(Which::REGEXP) {
        js::forbid_regexps();
        // `match` and `search` of strings make objects, which must not be able to do anything.
        for (_, prototype) in kept
            .prototypes
            .iter()
            .filter(|(class, _)| *class == "RegExp")
        {
            drop_methods(prototype)?;
        }
    }
    if which.contains(Which::EVAL) {
        js::forbid_compiling();
    }
    for (name, is_performance) in web::names() {
        let flag = if is_performance {
            Which::PERFORMANCE
        } else {
            Which::WEB
        };
        if which.contains(flag) {
            drop_property(&global, name)?;
        }
    }
    Ok(())
}

fn drop_property(object: &Value, name: &str) -> JsResult<()> {
    if object.delete(name)? {
        Ok(())
    } else {
        Err(Thrown::type_error(&format!("{name} cannot be taken away")))
    }
}

/// Takes all methods of a prototype away; what only tells something stays.
fn drop_methods(object: &Value) -> JsResult<()> {
    let all = OwnKeys {
        strings: true,
        symbols: true,
        hidden: true,
    };
    for key in object.own_keys(all)? {
        let property = object.own_property(&key)?;
        let is_method = property.is_some_and(|found| matches!(found.slot, Slot::Data(_)));
        if is_method && !object.delete(&key)? {
            return Err(Thrown::type_error("a method cannot be taken away"));
        }
    }
    Ok(())
}
