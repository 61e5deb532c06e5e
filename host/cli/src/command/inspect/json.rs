//! Formats the content of a snapshot as JSON.

use std::time::Duration;

use jsvm::data::Node;
use jsvm::{Data, Error, Frame, Limits, Request, Value, Vm};

use super::{SnapshotInfo, VmContent, created, frames, shown_args};

/// Writes JSON by `JSON.stringify` of a VM, because arguments of requests are JavaScript values whose
/// JSON only JavaScript defines.
pub fn text(info: &SnapshotInfo, vm: &Vm) -> Result<String, Error> {
    let json = vm.global()?.get("JSON")?;
    let stringify = json.get("stringify")?;
    let snapshot = &info.snapshot;
    let report = vm.create_object()?;
    report.set("id", snapshot.id().to_string())?;
    report.set("parent", or_null(snapshot.parent(), |id| id.to_string()))?;
    report.set("complete", snapshot.is_complete())?;
    report.set("engine", snapshot.engine().to_string())?;
    report.set("engineVersion", snapshot.engine_version())?;
    report.set("thisEngine", snapshot.is_of_this_engine())?;
    report.set("created", or_null(created(snapshot), |text| text))?;
    report.set("sealed", info.is_sealed)?;
    report.set("fileBytes", info.file_bytes as f64)?;
    report.set("memoryBytes", snapshot.memory_size() as f64)?;
    report.set("storedPages", snapshot.stored_pages() as f64)?;
    report.set("storedBytes", snapshot.stored_bytes() as f64)?;
    report.set("limits", limits(snapshot.limits(), vm)?)?;
    report.set("metadata", snapshot.metadata().clone())?;
    match &info.inside {
        VmContent::Known {
            vm: inside,
            roots,
            requests,
            has_timers,
            frames: waiting,
        } => {
            report.set("roots", roots.clone())?;
            let list: Result<Vec<Value>, Error> = requests
                .iter()
                .map(|from| request(from, inside, &stringify, vm))
                .collect();
            report.set("requests", vm.create_array(list?)?)?;
            report.set("timers", *has_timers)?;
            let waiting = waiting.iter().flat_map(|list| &list.frames);
            let waiting: Result<Vec<Value>, Error> = waiting.map(|from| frame(from, vm)).collect();
            report.set("frames", vm.create_array(waiting?)?)?;
        }
        VmContent::Unknown(_) => {
            report.set("roots", Value::NULL)?;
            report.set("requests", Value::NULL)?;
            report.set("timers", Value::NULL)?;
            report.set("frames", Value::NULL)?;
        }
    }
    stringify.call((report, Value::NULL, 2))?.to_text()
}

fn limits(limits: &Limits, vm: &Vm) -> Result<Value, Error> {
    let milliseconds = |time: Duration| time.as_millis() as f64;
    let object = vm.create_object()?;
    object.set("memory", limits.memory as f64)?;
    object.set("hardMemory", limits.hard_memory as f64)?;
    object.set("time", or_null(limits.time, milliseconds))?;
    object.set("grace", milliseconds(limits.grace))?;
    object.set("stack", limits.stack)?;
    object.set("output", limits.output as f64)?;
    object.set("handles", limits.handles)?;
    Ok(object)
}

/// Describes a request. `inside` is the VM that made it.
fn request(from: &Request, inside: &Vm, stringify: &Value, vm: &Vm) -> Result<Value, Error> {
    let args = vm.create_from_data(&plain(&from.args)?)?;
    for (index, shown) in (0..).zip(shown_args(inside, from)?) {
        // JSON cannot represent a BigInt or a cycle.
        if let Err(Error::Exception(_)) = stringify.call((args.get(index)?,)) {
            args.set(index, shown)?;
        }
    }
    let object = vm.create_object()?;
    object.set("id", from.id as f64)?;
    object.set("name", &from.name)?;
    object.set("args", args)?;
    Ok(object)
}

/// Describes a function that waits.
fn frame(from: &Frame, vm: &Vm) -> Result<Value, Error> {
    let object = vm.create_object()?;
    object.set("function", &from.function_name)?;
    object.set("kind", frames::kind(from.kind))?;
    object.set("suspension", frames::suspension(from.suspension))?;
    object.set("file", &from.location.file)?;
    object.set("line", from.location.line)?;
    object.set("column", from.location.column)?;
    object.set("caller", or_null(from.caller, |caller| caller as f64))?;
    let variables = from.variables.iter().map(|from| {
        let variable = vm.create_object()?;
        variable.set("name", &from.name)?;
        variable.set("value", frames::shown_value(from)?)?;
        Ok(variable)
    });
    let variables: Result<Vec<Value>, Error> = variables.collect();
    object.set("variables", vm.create_array(variables?)?)?;
    Ok(object)
}

/// Replaces functions and other values that only their own VM can use by `null`.
fn plain(data: &Data) -> Result<Data, Error> {
    let nodes = data.nodes()?.iter().map(|node| match node {
        Node::Opaque(_) => Node::Null,
        node => node.clone(),
    });
    Ok(Data::from_nodes(nodes.collect()))
}

/// Converts an absent value to `null`. `JSON.stringify` would leave out `undefined`.
fn or_null<T, A: jsvm::IntoArg>(value: Option<T>, then: impl FnOnce(T) -> A) -> jsvm::Arg {
    match value {
        Some(value) => then(value).into_arg(),
        None => jsvm::Arg::Null,
    }
}
