//! `console`: the WHATWG Console Standard with the formats of Node.js.
//!
//! Each message is one call of the import `console.write`. No method ever throws, whatever
//! the embedder answers and whatever the arguments are; only the interrupt of a script passes
//! through. The methods use no `this`, so they work when they are detached.

mod state;
mod table;

use crate::bindings::jsvm::engine::console::Level;
use crate::host;
use crate::inspect::{self, Options, format, inspect, or_placeholder, peek, plain};
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

/// Runs the method whose number the function was made with, and swallows everything that is
/// thrown but an interrupt.
fn run(call: Call<'_>) -> JsResult<Value> {
    let index = call.data.first().and_then(Value::as_number);
    let method = index.and_then(|index| METHODS.get(index as usize));
    match method.map(|(_, method)| method(call)) {
        Some(Err(thrown)) if thrown.is_interrupt() => Err(thrown),
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

fn log(level: Level, args: &[Value]) -> JsResult<()> {
    print(level, format(args, &Options::default())?);
    Ok(())
}

/// `console.dir(value, { depth, colors, showHidden })`
fn dir(call: Call<'_>) -> JsResult<()> {
    let mut options = Options::default();
    let given = call.arg(1);
    if let Some(depth) = peek::get(&given, "depth") {
        options.depth = match depth.as_number() {
            // `null` and `Infinity` mean all, and the conversion saturates.
            None if depth.tag() == Tag::Null => u32::MAX,
            None => options.depth,
            Some(depth) => depth as u32,
        };
    }
    let flag = |name: &str| peek::get(&given, name).is_some_and(|flag| flag.to_boolean());
    options.colors = flag("colors");
    options.show_hidden = flag("showHidden");
    options.show_proxy = flag("showProxy");
    print(Level::Log, inspect(&call.arg(0), &options));
    Ok(())
}

fn trace(call: Call<'_>) -> JsResult<()> {
    let message = format(call.args, &Options::default())?;
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
            format(&args, &Options::default())?
        }
        Some(_) => format!("Assertion failed: {}", format(args, &Options::default())?),
    };
    print(Level::Error, text);
    Ok(())
}

/// The label that a method was given: `default` if it was given none.
fn label(call: Call<'_>) -> JsResult<String> {
    let label = call.arg(0);
    match label.tag() {
        Tag::Undefined => Ok("default".to_owned()),
        _ => {
            let text = readers().to_string(&label).and_then(|text| plain(&text));
            Ok(state::bounded_label(or_placeholder(text)?))
        }
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
            _ => Ok(inspect(value, &Options::default())),
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
        None => format(&call.args[..call.args.len().min(1)], &Options::default())?,
    };
    print(Level::Log, text);
    Ok(())
}
