//! Values as text, in the form of Node.js's `util.inspect`.
//!
//! Nothing here runs code of a script, unless [`Options::custom`] says so: accessors are shown and not
//! called, proxies are seen through without their traps, and built-in objects are read by kept
//! intrinsics. So a script can neither notice that it is looked at nor stop it by throwing.
//!
//! The output is bounded whatever the value is: in depth, in entries per collection, in the
//! length of strings, and in sum. The algorithm is Node's, file by file:
//!
//! | here | there |
//! |---|---|
//! | [`value`] | `formatValue`, `formatRaw` |
//! | [`custom`] | the part of `formatValue` about `customInspect` |
//! | [`primitive`] | `formatPrimitive`, `formatNumber` |
//! | [`property`] | `formatProperty`, `getKeys` |
//! | [`naming`] | `getConstructorName`, `getPrefix`, `addPrototypeProperties` |
//! | [`function`] | `getFunctionBase`, `getClassBase` |
//! | [`error`] | `formatError`, `improveStack`, `getStackFrames` |
//! | [`collection`] | `formatArray`, `formatSet`, `formatMap`, `formatTypedArray` and so on |
//! | [`layout`] | `reduceToSingleString`, `groupArrayElements` |
//! | [`text`] | `strEscape`, `getStringWidth` |
//! | [`format`] | `formatWithOptions` |

mod collection;
mod custom;
mod error;
mod format;
mod function;
mod layout;
mod naming;
pub mod peek;
mod primitive;
mod property;
mod style;
pub mod text;
mod value;

pub use format::{format, plain};

use crate::js::{JsResult, Thrown, Value};
use style::Style;

/// The most levels that are written out, whatever the options say: each takes stack.
const MAX_DEPTH: u32 = 100;

/// The most that is written in sum, in bytes; when it is used up, what is left is only named.
const BUDGET: usize = 4 << 20;

/// Bytes of stack below which no further level is written out. The engine leaves 256 KiB to
/// functions like these, however deep the script is.
const STACK_RESERVE: usize = 96 << 10;

/// How a value is written.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Levels of nested objects that are written out.
    pub depth: u32,
    /// Whether to write ANSI colours.
    pub colors: bool,
    /// Also properties that are not enumerable.
    pub show_hidden: bool,
    /// Proxies as target and handler, instead of the target alone.
    pub show_proxy: bool,
    /// Entries of one collection that are written.
    pub max_entries: usize,
    /// Code units of a nested string that are written.
    pub max_string: usize,
    /// Columns within which the entries of an object go on one line; nothing for no limit.
    pub break_length: Option<usize>,
    /// Write the value itself, but nothing below it (depth is then of no effect).
    pub summary: bool,
    /// Whether objects are written by their method `Symbol.for("nodejs.util.inspect.custom")`, which is
    /// code of a script. Only [`try_inspect`] looks at it.
    pub custom: bool,
}

impl Default for Options {
    /// As `console.log` does.
    fn default() -> Self {
        Options {
            depth: 2,
            colors: false,
            show_hidden: false,
            show_proxy: false,
            max_entries: 100,
            max_string: primitive::MAX_STRING,
            break_length: Some(80),
            summary: false,
            custom: false,
        }
    }
}

/// Writes a value as text.
pub fn inspect(value: &Value, options: &Options) -> String {
    Inspector::new(options).value(value, 0, false)
}

/// Writes a value as text, with the methods that scripts have for it if the options say so.
///
/// # Errors
/// Only the interrupt of a script, which nothing may swallow.
pub fn try_inspect(value: &Value, options: &Options) -> JsResult<String> {
    let mut inspector = Inspector::new(options);
    if options.custom {
        inspector.custom = custom::symbol();
    }
    let text = inspector.value(value, 0, false);
    match inspector.interrupt {
        Some(interrupt) => Err(interrupt),
        None => Ok(text),
    }
}

/// Stack that is left, in bytes. The module's stack begins at the end of its lowest part of
/// memory and grows towards address 0, so it is the address of anything on top of it.
fn stack_left() -> usize {
    let top = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&top)).addr()
}

/// One inspection under way.
struct Inspector {
    /// Levels that are still written out; -1 for none.
    depth: i32,
    options: Options,
    /// Spaces that the lines of the current object start with.
    indentation: usize,
    /// Level of the object that was entered last.
    current_depth: i32,
    /// Addresses of the objects that are being written. The callers keep them alive.
    seen: Vec<usize>,
    /// Addresses of the objects to which a circular reference was met, in order.
    circular: Vec<usize>,
    /// What may still be written, in bytes.
    left: usize,
    /// The symbol of methods by which objects are written; nothing if they are not called.
    custom: Option<Value>,
    /// What ended such a method, and with it the inspection.
    interrupt: Option<Thrown>,
}

impl Inspector {
    fn new(options: &Options) -> Self {
        let depth = i32::try_from(options.depth.min(MAX_DEPTH)).unwrap_or(0);
        Inspector {
            depth: if options.summary { -1 } else { depth },
            options: *options,
            indentation: 0,
            current_depth: 0,
            seen: Vec::new(),
            circular: Vec::new(),
            left: BUDGET,
            custom: None,
            interrupt: None,
        }
    }

    #[inline(never)]
    fn style(&self, text: &str, style: Style) -> String {
        if self.options.colors {
            style.paint(text)
        } else {
            text.to_owned()
        }
    }

    /// Counts what was written.
    #[inline(never)]
    fn charge(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes + self.indentation + 4);
        if self.left == 0 {
            self.depth = -1;
        }
    }

    /// Whether nothing more may be written.
    fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// Whether an object at this level is only named.
    fn is_too_deep(&self, level: i32) -> bool {
        level > self.depth
    }

    /// Runs `write` with deeper indentation.
    fn indent<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        self.indentation += 2;
        let result = write(self);
        self.indentation -= 2;
        result
    }
}
