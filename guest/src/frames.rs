//! Functions that wait, in the interface's terms.

use crate::bindings::exports::jsvm::engine::frames::{
    Frame, FrameKind, FrameList, Location, Suspension, Variable, VariableOrigin,
};
use crate::convert::output;
use crate::{js, sourcemap};

/// The functions that wait, at most `limit`.
pub fn suspended(limit: u32) -> FrameList {
    let (frames, total) = js::suspended_frames(limit);
    FrameList {
        total,
        frames: frames.into_iter().map(describe).collect(),
    }
}

fn describe(frame: js::Frame) -> Frame {
    let (line, column) = sourcemap::translate(&frame.file, frame.line, frame.column);
    Frame {
        function_name: frame.name,
        kind: match frame.kind {
            js::FrameKind::AsyncFunction => FrameKind::AsyncFunction,
            js::FrameKind::Generator => FrameKind::Generator,
            js::FrameKind::AsyncGenerator => FrameKind::AsyncGenerator,
        },
        suspension: match frame.suspension {
            js::Suspension::Start => Suspension::Start,
            js::Suspension::Await => Suspension::Await,
            js::Suspension::Yield => Suspension::Yield,
        },
        location: Location {
            file: frame.file,
            line,
            column,
        },
        caller: frame.caller,
        variables: frame.variables.into_iter().map(variable).collect(),
    }
}

fn variable((name, origin, value): (String, js::Origin, Option<js::Value>)) -> Variable {
    Variable {
        name,
        origin: match origin {
            js::Origin::Argument => VariableOrigin::Argument,
            js::Origin::Local => VariableOrigin::Local,
            js::Origin::Captured => VariableOrigin::Captured,
        },
        value: value.map(output),
    }
}
