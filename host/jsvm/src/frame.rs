//! Functions that wait: at an `await` or a `yield`.

use wasmtime::component::{ComponentType, Lift};

use crate::bindings::wit;
use crate::error::Location;
use crate::value::Value;

/// The functions of a VM that wait, from [`Vm::suspended_frames`](crate::Vm::suspended_frames).
#[derive(Debug)]
#[non_exhaustive]
pub struct SuspendedFrames {
    /// How many functions wait.
    pub total: usize,
    /// The functions that were asked for, in the order of their file names and positions.
    pub frames: Vec<Frame>,
}

/// A function that waits.
#[derive(Debug)]
#[non_exhaustive]
pub struct Frame {
    /// The name of the function; empty if it has none, as the top level of a module.
    pub function_name: String,
    /// The kind of the function.
    pub kind: FrameKind,
    /// Where it waits.
    pub suspension: Suspension,
    /// The position where it waits. Source maps are applied.
    pub location: Location,
    /// The index of the frame that waits for its result, if one frame alone does.
    pub caller: Option<usize>,
    /// The variables that exist where it waits.
    pub variables: Vec<Variable>,
}

/// A variable of a function that waits.
#[derive(Debug)]
#[non_exhaustive]
pub struct Variable {
    /// The name. Two variables of nested blocks can have the same; the inner one is later.
    pub name: String,
    /// Where it is from.
    pub origin: VariableOrigin,
    /// The value; `None` before its declaration has run.
    pub value: Option<Value>,
}

/// The kind of a function that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[non_exhaustive]
pub enum FrameKind {
    /// An `async` function, or a module with `await` at its top level.
    #[component(name = "async-function")]
    AsyncFunction,
    /// A generator.
    #[component(name = "generator")]
    Generator,
    /// An `async` generator.
    #[component(name = "async-generator")]
    AsyncGenerator,
}

/// Where a function waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[non_exhaustive]
pub enum Suspension {
    /// Before its first statement: a generator whose `next` was not called.
    #[component(name = "start")]
    Start,
    /// At an `await`. `for await` and `yield` of an asynchronous generator wait there too.
    #[component(name = "await")]
    Await,
    /// At a `yield`, for a call of `next`.
    #[component(name = "yield")]
    Yield,
}

/// Where a variable is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[non_exhaustive]
pub enum VariableOrigin {
    /// A parameter.
    #[component(name = "argument")]
    Argument,
    /// A variable of the function itself or of a block in it.
    #[component(name = "local")]
    Local,
    /// A variable of an enclosing function or module that the function uses.
    #[component(name = "captured")]
    Captured,
}

/// `frames.frame-list`
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct PassedFrames {
    total: u32,
    frames: Vec<PassedFrame>,
}

/// `frames.frame`
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct PassedFrame {
    #[component(name = "function-name")]
    function_name: String,
    kind: FrameKind,
    suspension: Suspension,
    location: PassedLocation,
    caller: Option<u32>,
    variables: Vec<PassedVariable>,
}

/// `frames.location`
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct PassedLocation {
    file: String,
    line: u32,
    column: u32,
}

/// `frames.variable`
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct PassedVariable {
    name: String,
    origin: VariableOrigin,
    value: Option<wit::Output>,
}

impl PassedFrames {
    /// What the embedder gets of it, sorted by position.
    pub(crate) fn into_frames(self, wrap: impl Fn(wit::Output) -> Value) -> SuspendedFrames {
        let place = |index: &usize| {
            let location = &self.frames[*index].location;
            (&location.file, location.line, location.column)
        };
        let mut order: Vec<usize> = (0..self.frames.len()).collect();
        order.sort_by(|one, other| place(one).cmp(&place(other)));
        let mut new_index = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            new_index[*old] = new;
        }
        let mut frames: Vec<_> = self.frames.into_iter().map(Some).collect();
        let sorted = order.into_iter().filter_map(|old| frames[old].take());
        let frames = sorted.map(|frame| Frame {
            function_name: frame.function_name,
            kind: frame.kind,
            suspension: frame.suspension,
            location: Location {
                file: frame.location.file,
                line: frame.location.line,
                column: frame.location.column,
            },
            caller: frame
                .caller
                .and_then(|caller| new_index.get(caller as usize).copied()),
            variables: frame
                .variables
                .into_iter()
                .map(|variable| Variable {
                    name: variable.name,
                    origin: variable.origin,
                    value: variable.value.map(&wrap),
                })
                .collect(),
        });
        SuspendedFrames {
            total: self.total as usize,
            frames: frames.collect(),
        }
    }
}
