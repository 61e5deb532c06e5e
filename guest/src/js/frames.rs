//! Functions that wait, by `guest/engine/frames.c`.
//!
//! The engine's frames are looked at where they are, so nothing may run and nothing may be collected
//! as long as a [`Frames`] is there. It only creates strings, which collect nothing.

use std::ffi::c_void;

use rquickjs_sys as q;

use super::realm::ctx;
use super::value::Value;

/// As `JsvmFrame`.
#[repr(C)]
#[derive(Clone, Copy)]
struct RawFrame {
    frame: *const c_void,
    kind: i32,
    suspension: i32,
}

unsafe extern "C" {
    fn jsvm_suspended_frames(ctx: *mut q::JSContext, to: *mut RawFrame, room: i32) -> i32;
    fn jsvm_frame_place(
        ctx: *mut q::JSContext,
        frame: *const RawFrame,
        name: *mut q::JSValue,
        file: *mut q::JSValue,
        line: *mut i32,
        column: *mut i32,
    );
    fn jsvm_frame_caller(frame: *const RawFrame) -> *const c_void;
    fn jsvm_frame_variables(frame: *const RawFrame) -> i32;
    fn jsvm_frame_blocks(frame: *const RawFrame, begun: *mut u8);
    fn jsvm_frame_variable(
        frame: *const RawFrame,
        index: i32,
        begun: *const u8,
        line: i32,
        column: i32,
        name: *mut q::JSAtom,
        value: *mut q::JSValue,
    ) -> i32;
}

/// The kind of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    AsyncFunction,
    Generator,
    AsyncGenerator,
}

/// Where a function waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspension {
    Start,
    Await,
    Yield,
}

/// Where a variable is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Argument,
    Local,
    Captured,
}

/// A function that waits.
pub struct Frame {
    pub name: String,
    pub kind: FrameKind,
    pub suspension: Suspension,
    pub file: String,
    /// Line and column count from 1.
    pub line: u32,
    pub column: u32,
    /// The index of the frame that waits for its result.
    pub caller: Option<u32>,
    /// Names, and values unless they are uninitialized.
    pub variables: Vec<(String, Origin, Option<Value>)>,
}

/// The functions that wait, at most `limit`, and how many there are.
pub fn suspended_frames(limit: u32) -> (Vec<Frame>, u32) {
    // SAFETY: live context; nothing is written.
    let total = unsafe { jsvm_suspended_frames(ctx(), std::ptr::null_mut(), 0) };
    let count = (total as u32).min(limit) as usize;
    let none = RawFrame {
        frame: std::ptr::null(),
        kind: 0,
        suspension: 0,
    };
    let mut raw = vec![none; count];
    // SAFETY: room for so many.
    unsafe { jsvm_suspended_frames(ctx(), raw.as_mut_ptr(), count as i32) };
    let mut indices: Vec<_> = raw.iter().map(|frame| frame.frame).zip(0..).collect();
    indices.sort_unstable();
    let frames = raw.iter().map(|frame| {
        // SAFETY: a frame that is alive, since nothing ran since it was found.
        let caller = unsafe { jsvm_frame_caller(frame) };
        let at = indices.binary_search_by_key(&caller, |(frame, _)| *frame);
        frame.describe(at.ok().map(|at| indices[at].1))
    });
    (frames.collect(), total as u32)
}

impl RawFrame {
    fn describe(&self, caller: Option<u32>) -> Frame {
        let [mut name, mut file] = [q::JS_UNDEFINED; 2];
        let (mut line, mut column) = (0, 0);
        // SAFETY: live context and frame, valid destinations.
        unsafe {
            jsvm_frame_place(
                ctx(),
                self,
                &raw mut name,
                &raw mut file,
                &raw mut line,
                &raw mut column,
            );
        }
        // SAFETY: the call gave them away.
        let [name, file] = [name, file].map(|it| text(unsafe { Value::check(it) }));
        Frame {
            name,
            file,
            kind: match self.kind {
                0 => FrameKind::AsyncFunction,
                1 => FrameKind::Generator,
                _ => FrameKind::AsyncGenerator,
            },
            suspension: match self.suspension {
                0 => Suspension::Start,
                1 => Suspension::Await,
                _ => Suspension::Yield,
            },
            line: u32::try_from(line).unwrap_or(0),
            column: u32::try_from(column).unwrap_or(0),
            caller,
            variables: self.variables(line, column),
        }
    }

    fn variables(&self, line: i32, column: i32) -> Vec<(String, Origin, Option<Value>)> {
        // SAFETY: live frame.
        let count = unsafe { jsvm_frame_variables(self) };
        let mut begun = vec![0; count as usize];
        // SAFETY: a byte for each variable, of which the locals are some.
        unsafe { jsvm_frame_blocks(self, begun.as_mut_ptr()) };
        let mut variables = Vec::new();
        for index in 0..count {
            let (mut atom, mut value) = (0, q::JS_UNDEFINED);
            // SAFETY: live frame, an index below the count, valid destinations.
            let origin = unsafe {
                jsvm_frame_variable(
                    self,
                    index,
                    begun.as_ptr(),
                    line,
                    column,
                    &raw mut atom,
                    &raw mut value,
                )
            };
            let origin = match origin {
                1 => Origin::Argument,
                2 => Origin::Local,
                3 => Origin::Captured,
                _ => continue,
            };
            // SAFETY: a live atom.
            let name = text(unsafe { Value::check(q::JS_AtomToString(ctx(), atom)) });
            // Names that no source can have are the engine's own.
            if name.is_empty() || name.starts_with('<') {
                continue;
            }
            // SAFETY: reading the tag of any value is fine; a live one is duplicated.
            let value = unsafe {
                (!q::JS_IsUninitialized(value))
                    .then(|| Value::from_raw(q::JS_DupValue(ctx(), value)))
            };
            variables.push((name, origin, value));
        }
        variables
    }
}

/// A string; empty for any other value, and where there is no memory for it.
fn text(value: super::JsResult<Value>) -> String {
    match value {
        Ok(value) if value.tag() == super::Tag::String => value.to_lossy().unwrap_or_default(),
        _ => String::new(),
    }
}
