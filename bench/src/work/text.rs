//! Strings in and out: arguments and results of calls.

use anyhow::{Result, ensure};
use jsvm::Value;

use super::{Task, Worlds};

/// The text that a call gives.
fn out(give: &Value) -> Result<String> {
    Ok(give.call(())?.to::<String>()?)
}

/// What a function says about a text.
fn into(take: &Value, text: &str) -> Result<usize> {
    Ok(take.call((text,))?.to::<usize>()?)
}

pub fn tasks(worlds: &mut Worlds, name: &str) -> Result<Vec<Task>> {
    let vm = worlds.data_vm()?;
    let function = match name.rsplit('-').next() {
        Some("short") => "giveShort",
        Some("page") => "givePage",
        Some("long") => "giveLong",
        Some("wide") => "giveWide",
        _ => return Ok(Vec::new()),
    };
    let give = vm.global()?.get(function)?;
    let take = vm.global()?.get("takeText")?;
    let text = out(&give)?;
    let length = text.encode_utf16().count();
    Ok(vec![if name.starts_with("text-out") {
        Task::time("Value::to", move || {
            ensure!(out(&give)?.len() == text.len());
            Ok(())
        })
    } else {
        Task::time("argument", move || {
            ensure!(into(&take, &text)? == length);
            Ok(())
        })
    }])
}
