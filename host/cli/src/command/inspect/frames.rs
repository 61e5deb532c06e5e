//! Formats the functions that wait in a VM.

use jsvm::{Error, Frame, FrameKind, InspectOptions, SuspendedFrames, Suspension, Variable, Vm};

/// Functions that are shown; others are only counted.
const MAX_FRAMES: usize = 100;

/// Reads the functions that wait. Engines that cannot list them have none.
pub fn read(vm: &Vm) -> Result<Option<SuspendedFrames>, Error> {
    match vm.suspended_frames(MAX_FRAMES) {
        Ok(frames) => Ok(Some(frames)),
        Err(Error::MissingFunction(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Formats each function with its variables below it.
pub fn lines(list: &SuspendedFrames) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for frame in &list.frames {
        let location = &frame.location;
        let place = format!("{}:{}:{}", location.file, location.line, location.column);
        lines.push(format!("{} at {place}", title(frame)));
        if let Some(caller) = frame.caller.and_then(|caller| list.frames.get(caller)) {
            lines.push(format!("  awaited by {}", title(caller)));
        }
        for variable in &frame.variables {
            lines.push(format!("  {} = {}", variable.name, shown_value(variable)?));
        }
    }
    if list.total > list.frames.len() {
        lines.push(format!("and {} more", list.total - list.frames.len()));
    }
    Ok(lines)
}

/// Formats a value, as the console shows it.
pub fn shown_value(variable: &Variable) -> Result<String, Error> {
    match &variable.value {
        Some(value) => value.inspect(InspectOptions::default()),
        None => Ok("<uninitialized>".to_owned()),
    }
}

/// The name of a kind in JSON.
pub fn kind(kind: FrameKind) -> &'static str {
    match kind {
        FrameKind::Generator => "generator",
        FrameKind::AsyncGenerator => "async generator",
        // The engine makes no others.
        FrameKind::AsyncFunction | _ => "async function",
    }
}

/// The name of a suspension in JSON.
pub fn suspension(suspension: Suspension) -> &'static str {
    match suspension {
        Suspension::Start => "start",
        Suspension::Yield => "yield",
        // The engine makes no others.
        Suspension::Await | _ => "await",
    }
}

fn title(frame: &Frame) -> String {
    let name = match &*frame.function_name {
        "" => "<anonymous>",
        name => name,
    };
    match frame.suspension {
        Suspension::Start => format!("{name}, not begun"),
        Suspension::Yield => format!("yield in {name}"),
        _ => format!("await in {name}"),
    }
}
