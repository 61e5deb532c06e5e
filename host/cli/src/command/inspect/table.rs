//! Formats the content of a snapshot as a table.

use bytesize::ByteSize;
use jsvm::{Error, Limits, Request, Vm};

use super::{SnapshotInfo, VmContent, created, frames, shown_args};
use crate::command::excerpt::shown;

/// The width of the column of labels.
const INDENT: usize = 10;

/// Formats labels, each with one or more lines.
pub fn text(info: &SnapshotInfo) -> Result<String, Error> {
    let snapshot = &info.snapshot;
    let mut table = Table(String::new());
    table.row("id", [snapshot.id().to_string()]);
    let parent = match snapshot.parent() {
        Some(id) => id.to_string(),
        None => "none: the snapshot is complete".into(),
    };
    table.row("parent", [parent]);
    let which = if snapshot.is_of_this_engine() {
        "this one"
    } else {
        "another one"
    };
    let version = snapshot.engine_version();
    let engine = format!("{} (jsvm {version}, {which})", snapshot.engine());
    table.row("engine", [engine]);
    let created = created(snapshot).unwrap_or_else(|| "after the year 9999".into());
    table.row("created", [created]);
    let sealed = if info.is_sealed { ", sealed" } else { "" };
    table.row("file", [format!("{}{sealed}", size(info.file_bytes))]);
    table.row("memory", [size(snapshot.memory_size())]);
    let stored = format!(
        "{} pages, {} before compression",
        snapshot.stored_pages(),
        size(snapshot.stored_bytes() as u64)
    );
    table.row("stored", [stored]);
    table.row("limits", [limits(snapshot.limits())]);
    let metadata = snapshot.metadata().iter();
    table.row(
        "metadata",
        metadata.map(|(key, value)| format!("{key} = {value}")),
    );
    match &info.inside {
        VmContent::Known {
            vm,
            roots,
            requests,
            has_timers,
            frames,
        } => {
            table.row("roots", roots.iter().cloned());
            let requests = requests.iter().map(|request| line(vm, request));
            table.row("requests", requests.collect::<Result<Vec<_>, _>>()?);
            if *has_timers {
                table.row("timers", ["pending".to_owned()]);
            }
            if let Some(frames) = frames
                && frames.total > 0
            {
                table.row("frames", frames::lines(frames)?);
            }
        }
        VmContent::Unknown(reason) => {
            table.row("roots", [format!("unknown: {reason}")]);
            table.row("requests", [format!("unknown: {reason}")]);
        }
    }
    Ok(table.0)
}

struct Table(String);

impl Table {
    fn row(&mut self, label: &str, lines: impl IntoIterator<Item = String>) {
        let mut lines: Vec<String> = lines.into_iter().collect();
        if lines.is_empty() {
            lines.push("none".into());
        }
        let mut label = label;
        for line in lines.iter().flat_map(|line| line.lines()) {
            if !self.0.is_empty() {
                self.0.push('\n');
            }
            self.0.push_str(&format!("{label:INDENT$}"));
            // The author of the snapshot chose most of the text.
            self.0.push_str(&shown(line));
            label = "";
        }
    }
}

/// Formats a request as the call that made it.
fn line(vm: &Vm, request: &Request) -> Result<String, Error> {
    let args = shown_args(vm, request)?.join(", ");
    Ok(format!("{}  {}({args})", request.id, request.name))
}

fn limits(limits: &Limits) -> String {
    let time = match limits.time {
        Some(time) => humantime::format_duration(time).to_string(),
        None => "none".into(),
    };
    format!(
        "heap {}, memory {}, time {time}, stack {}, output {}, handles {}",
        size(limits.memory),
        size(limits.hard_memory),
        size(limits.stack.into()),
        size(limits.output),
        limits.handles
    )
}

fn size(bytes: u64) -> String {
    ByteSize(bytes).display().iec().to_string()
}
