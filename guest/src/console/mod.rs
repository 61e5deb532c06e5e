//! `console`: the WHATWG Console Standard with the formats of Node.js.
//!
//! Each message is one call of the import `console.write`. No method ever throws, whatever
//! the embedder answers and whatever the arguments are; only the interrupt of a script passes
//! through, and what the conversion of a label to a string throws. The methods use no `this`, so they work when they are detached.

mod state;
mod table;

use crate::bindings::jsvm::engine::console::Level;
use crate::host;
use crate::inspect::{self, Options, format, plain};
use crate::js::{self, Call, JsResult, Key, Property, Tag, Thrown, Value};
use crate::realm::{intrinsics, readers};

/// What a method does.
type Method = fn(Call<'_>) -> JsResult<()>;

/// The methods, in the order in which Node lists them.
const METHODS: &[(&str, Method)] = &[
    ("log", |call| log(Level::Log, call.args)),
    ("warn", |call| log(Level::Warn, call.args)),
    ("dir", dir),
    ("time", time),
    ("timeEnd", |call| elapsed("timeEnd", call)),
    ("timeLog", |call| elapsed("timeLog", call)),
    ("trace", trace),
    ("assert", assert),
    // There is nothing that could be cleared.
    ("clear", |_| Ok(())),
    ("count", count),
    ("countReset", count_reset),
    ("group", group),
    ("groupEnd", |_| {
        state::leave_group();
        Ok(())
    }),
    ("table", table),
    ("debug", |call| log(Level::Debug, call.args)),
    ("info", |call| log(Level::Info, call.args)),
    ("dirxml", |call| log(Level::Log, call.args)),
    ("error", |call| log(Level::Error, call.args)),
    ("groupCollapsed", group),
];

/// Makes the object `console`.
pub fn new() -> JsResult<Value> {
    // The standard wants an empty object between it and `Object.prototype`.
    let create = js::global().get("Object")?.get("create")?;
    let console = create.call(&Value::UNDEFINED, &[Value::object()?])?;
    for (index, (name, _)) in METHODS.iter().enumerate() {
        // The standard's operations take only optional arguments.
        let method = js::function(name, 0, &[Value::number(index as f64)], run)?;
        console.define(*name, method, Property::PLAIN)?;
    }
    if let Some(symbol) = intrinsics().well_known("toStringTag") {
        let tag = Value::text("console")?;
        console.define(Key::Value(&symbol), tag, Property::READ_ONLY)?;
    }
    Ok(console)
}

/// The methods whose first argument is a label. The standard converts it before the method runs, and
/// what the conversion throws goes to the caller.
const LABELLED: [&str; 5] = ["count", "countReset", "time", "timeEnd", "timeLog"];

/// Runs the method whose number the function was made with, and swallows everything that is
/// thrown but an interrupt and what the conversion of a label throws.
fn run(call: Call<'_>) -> JsResult<Value> {
    let index = call.data.first().and_then(Value::as_number);
    let Some((name, method)) = index.and_then(|index| METHODS.get(index as usize)) else {
        return Ok(Value::UNDEFINED);
    };
    let result = match call.args.split_first() {
        Some((label, rest)) if LABELLED.contains(name) && !label.is_undefined() => {
            let mut args = vec![label.to_string_value()?];
            args.extend_from_slice(rest);
            method(Call {
                args: &args,
                ..call
            })
        }
        _ => method(call),
    };
    match result {
        Err(thrown) if thrown.is_interrupt() => Err(thrown),
        _ => Ok(Value::UNDEFINED),
    }
}

/// Hands a finished text to the embedder.
fn print(level: Level, text: String) {
    let text = match state::indentation() {
        0 => text,
        spaces => format!("{:spaces$}{}", "", inspect::text::indented(&text, spaces)),
    };
    host::console(level, &text);
}

/// How values are written.
fn options() -> Options {
    Options {
        custom: true,
        ..Options::default()
    }
}

fn log(level: Level, args: &[Value]) -> JsResult<()> {
    print(level, format(args, &options())?);
    Ok(())
}

/// `console.dir(value, { depth, colors, showHidden })`
fn dir(call: Call<'_>) -> JsResult<()> {
    // By the standard, `dir` shows the object itself.
    let options = Options::default().with_given(&call.arg(1));
    print(Level::Log, inspect::try_inspect(&call.arg(0), &options)?);
    Ok(())
}

fn trace(call: Call<'_>) -> JsResult<()> {
    let message = format(call.args, &options())?;
    let mut text = if message.is_empty() {
        "Trace".to_owned()
    } else {
        format!("Trace: {message}")
    };
    let Thrown(here) = Thrown::error("");
    let stack = readers().error_stack(&here)?;
    if stack.tag() == Tag::String {
        // The first frame is this function.
        for line in stack.to_lossy()?.trim_end().lines().skip(1) {
            text.push('\n');
            text.push_str(line);
        }
    }
    print(Level::Trace, text);
    Ok(())
}

fn assert(call: Call<'_>) -> JsResult<()> {
    if call.arg(0).to_boolean() {
        return Ok(());
    }
    let args = call.args.get(1..).unwrap_or_default();
    let text = match args.first() {
        None => "Assertion failed".to_owned(),
        // A string keeps its specifiers.
        Some(first) if first.tag() == Tag::String => {
            let first = Value::text(&format!("Assertion failed: {}", plain(first)?))?;
            let mut args = args.to_vec();
            args[0] = first;
            format(&args, &options())?
        }
        Some(_) => format!("Assertion failed: {}", format(args, &options())?),
    };
    print(Level::Error, text);
    Ok(())
}

/// The label that a method was given: `default` if it was given none.
fn label(call: Call<'_>) -> JsResult<String> {
    let label = call.arg(0);
    match label.tag() {
        Tag::Undefined => Ok("default".to_owned()),
        _ => plain(&label).map(state::bounded_label),
    }
}

fn count(call: Call<'_>) -> JsResult<()> {
    let label = label(call)?;
    let count = state::count(&label);
    print(Level::Info, format!("{label}: {count}"));
    Ok(())
}

fn count_reset(call: Call<'_>) -> JsResult<()> {
    let label = label(call)?;
    if !state::reset_count(&label) {
        print(Level::Warn, format!("Count for '{label}' does not exist"));
    }
    Ok(())
}

fn time(call: Call<'_>) -> JsResult<()> {
    let label = label(call)?;
    if !state::start_timer(&label) {
        let text = format!("Label '{label}' already exists for console.time()");
        print(Level::Warn, text);
    }
    Ok(())
}

/// `timeLog` and `timeEnd`
fn elapsed(method: &str, call: Call<'_>) -> JsResult<()> {
    let label = label(call)?;
    let ends = method == "timeEnd";
    let Some(microseconds) = state::read_timer(&label, ends) else {
        let text = format!("No such label '{label}' for console.{method}()");
        print(Level::Warn, text);
        return Ok(());
    };
    let mut text = format!("{label}: {}", state::duration_text(microseconds));
    let more = call.args.get(1..).unwrap_or_default();
    if !ends && !more.is_empty() {
        text.push(' ');
        // Specifiers count only in the first argument, which is the label here.
        let parts = more.iter().map(|value| match value.tag() {
            Tag::String => plain(value),
            _ => inspect::try_inspect(value, &options()),
        });
        text.push_str(&parts.collect::<JsResult<Vec<_>>>()?.join(" "));
    }
    print(if ends { Level::Info } else { Level::Log }, text);
    Ok(())
}

fn group(call: Call<'_>) -> JsResult<()> {
    let result = if call.args.is_empty() {
        Ok(())
    } else {
        log(Level::Log, call.args)
    };
    state::enter_group();
    result
}

fn table(call: Call<'_>) -> JsResult<()> {
    let text = match table::render(&call.arg(0), &call.arg(1)) {
        Some(text) => text,
        None => format(&call.args[..call.args.len().min(1)], &options())?,
    };
    print(Level::Log, text);
    Ok(())
}
