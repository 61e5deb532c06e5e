//! Positions in sources that others were made from: source maps (ECMA-426) of loaded modules,
//! applied to the stacks of errors.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::js::{self, Call, JsResult, Value};

/// Where a piece of generated text begins, and where it is from. All count from 0; columns are
/// in UTF-16 code units.
struct Mapping {
    generated: (u32, u32),
    original: (u32, u32),
}

enum Map {
    /// As the embedder gave it; most are never needed.
    Text(String),
    /// In order of the generated position.
    Decoded(Vec<Mapping>),
}

thread_local! {
    static MAPS: RefCell<BTreeMap<String, Map>> = const { RefCell::new(BTreeMap::new()) };
    static INSTALLED: Cell<bool> = const { Cell::new(false) };
}

/// Sets the map of a module.
pub fn set(name: &str, mappings: String) -> JsResult<()> {
    MAPS.with_borrow_mut(|maps| maps.insert(name.to_owned(), Map::Text(mappings)));
    if !INSTALLED.replace(true) {
        // The engine writes a stack when an error is made, and this is the only way to have a say
        // in it. A program that sets the same property gets untranslated positions.
        let write = js::function("prepareStackTrace", 2, &[], write_stack)?;
        js::global().get("Error")?.set("prepareStackTrace", write)?;
    }
    Ok(())
}

/// Writes a stack as the engine does, with translated positions.
fn write_stack(call: Call<'_>) -> JsResult<Value> {
    let frames = call.arg(1);
    let count = frames.get("length")?.to_number()? as u32;
    let mut stack = String::new();
    for index in 0..count {
        let frame = frames.get(index)?;
        let ask = |method: &str| frame.get(method)?.call(&frame, &[]);
        let number = |method: &str| Ok(ask(method)?.as_number().unwrap_or(-1.0));
        let function = ask("getFunctionName")?;
        let file = ask("getFileName")?;
        let place = if file.tag() == js::Tag::String {
            let file = file.to_lossy()?;
            let (line, column) = (number("getLineNumber")?, number("getColumnNumber")?);
            if line < 0.0 {
                file
            } else {
                let (line, column) = translate(&file, line as u32, column as u32);
                format!("{file}:{line}:{column}")
            }
        } else {
            "native".to_owned()
        };
        // A place without a function is where text does not parse, but for `Promise.all`.
        let index = ask("getPromiseIndex")?;
        let has_function = ask("getFunction")?.is_function() || index.as_number().is_some();
        if has_function {
            let name = match function.tag() {
                js::Tag::String => function.to_lossy()?,
                _ => String::new(),
            };
            let name = if name.is_empty() {
                "<anonymous>"
            } else {
                &name
            };
            let place = match index.as_number() {
                Some(index) => format!("index {index}"),
                None => place,
            };
            let waits = if ask("isAsync")?.to_boolean() {
                "async "
            } else {
                ""
            };
            stack.push_str(&format!("    at {waits}{name} ({place})\n"));
        } else {
            stack.push_str(&format!("    at {place}\n"));
        }
    }
    Value::text(&stack)
}

/// The original position of one that counts from 1.
pub fn translate(file: &str, line: u32, column: u32) -> (u32, u32) {
    MAPS.with_borrow_mut(|maps| {
        let Some(map) = maps.get_mut(file) else {
            return (line, column);
        };
        if let Map::Text(text) = map {
            *map = Map::Decoded(decode(text));
        }
        let Map::Decoded(mappings) = map else {
            return (line, column);
        };
        let wanted = (line.saturating_sub(1), column.saturating_sub(1));
        let after = mappings.partition_point(|mapping| mapping.generated <= wanted);
        match mappings.get(after.wrapping_sub(1)) {
            Some(Mapping { original, .. }) => (original.0 + 1, original.1 + 1),
            None => (line, column),
        }
    })
}

/// Decodes `mappings`, as far as they are well-formed.
fn decode(text: &str) -> Vec<Mapping> {
    let mut mappings = Vec::new();
    let (mut line, mut column) = (0, 0);
    for generated_line in text.split(';').zip(0..) {
        let (segments, number) = generated_line;
        let mut generated_column = 0;
        for segment in segments.split(',').filter(|segment| !segment.is_empty()) {
            let mut input = segment.bytes();
            let mut next = || vlq::decode(&mut input).unwrap_or(0);
            generated_column += next();
            let _source = next();
            line += next();
            column += next();
            mappings.push(Mapping {
                generated: (number, position(generated_column)),
                original: (position(line), position(column)),
            });
        }
    }
    mappings
}

fn position(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
