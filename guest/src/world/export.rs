//! Calls of the program's exports by the adapter.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};

use jsvm_abi::adapter::DRIVEN;
use jsvm_abi::{Export, Type, TypeId};

use super::adapter::{MAX_SLOTS, Slots};
use super::described::{Described, described};
use super::fault::Fault;
use super::lift::lift;
use super::lower::{Lowering, flat, sizes};
use super::place::{Block, Place};
use super::settle::settled;
use super::{concurrent, hooks, resource};
use crate::bindings::jsvm::engine::console::Level;
use crate::inspect::{Options, inspect};
use crate::js::{JsResult, Key, Tag, Thrown, Value};
use crate::{entry, error, handle, host, memory, random, rejection, root, token};

/// A function that the program exports.
pub enum Bound {
    /// A function, and what it is called on.
    Function { function: Value, this: Value },
    /// The class of a resource.
    Constructor { class: Value },
    /// The name of a method.
    Method { key: Value },
}

/// What the exports are.
struct Bindings {
    exports: Vec<Bound>,
    /// The classes of exported resources, by the index of the resource.
    classes: Vec<Option<Value>>,
}

thread_local! {
    static BINDINGS: Cell<Option<&'static Bindings>> = const { Cell::new(None) };
    /// Whether the VM is in its component.
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    /// The slots of the call that runs. There is one at most.
    static FRAME: RefCell<Slots> = const { RefCell::new([0; MAX_SLOTS]) };
    /// What the result of the last call needs.
    static RESULT: RefCell<Option<Lowering>> = const { RefCell::new(None) };
    /// Strings and buffers of results that were read.
    static READ: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Whether the VM is in its component, so that imports can be called.
pub fn is_running() -> bool {
    // A driver of the embedder calls the VM of a server, not the adapter. A root says so.
    if !RUNNING.get() && root::get(DRIVEN).is_some() {
        RUNNING.set(true);
    }
    RUNNING.get()
}

/// Keeps the program's exports.
pub fn keep(exports: Vec<Bound>, classes: Vec<Option<Value>>) {
    let bindings = Bindings { exports, classes };
    BINDINGS.set(Some(Box::leak(Box::new(bindings))));
}

/// The class of an exported resource.
pub fn class(of: u32) -> Option<Value> {
    BINDINGS.get()?.classes.get(of as usize)?.clone()
}

/// The adapter is about to call an export.
#[unsafe(no_mangle)]
extern "C" fn jsvm_world_begin(_export: u32) -> usize {
    if !RUNNING.replace(true) {
        // The VM begins to live here, as one of several from its image.
        handle::forget_all();
        token::forget_instance();
        random::forget();
        host::leave_alone();
    }
    entry::begin();
    FRAME.with_borrow_mut(|frame| {
        frame.fill(0);
        frame.as_ptr() as usize
    })
}

/// The adapter calls an export.
#[unsafe(no_mangle)]
extern "C" fn jsvm_world_call(export: u32, frame: usize) -> usize {
    let (Some(world), Some(bindings)) = (described(), BINDINGS.get()) else {
        fail("the component has no program");
    };
    READ.take();
    let described = &world.world.exports[export as usize];
    check_arguments(described);
    let bound = &bindings.exports[export as usize];
    // SAFETY: the adapter has written the arguments to the frame.
    let slots = unsafe { Place::in_slots(frame) };
    let result = call(world, export, described, bound, slots);
    let address = match result {
        Ok(address) => address,
        Err(reason) => fail(&format!("{}: {reason}", described.name)),
    };
    resource::drop_borrowed();
    resource::drop_collected();
    if let Some(hooks) = hooks::get() {
        (hooks.after_call)();
    }
    address.unwrap_or(frame)
}

/// The adapter calls an asynchronous export.
#[unsafe(no_mangle)]
extern "C" fn jsvm_world_start(export: u32, frame: usize) -> u32 {
    let (Some(world), Some(bindings)) = (described(), BINDINGS.get()) else {
        fail("the component has no program");
    };
    check_arguments(&world.world.exports[export as usize]);
    // SAFETY: the adapter has written the arguments to the frame.
    let slots = unsafe { Place::in_slots(frame) };
    concurrent::start(world, export, &bindings.exports[export as usize], slots)
}

/// The adapter has an event for the current task.
#[unsafe(no_mangle)]
extern "C" fn jsvm_world_resume(event: u32, waitable: u32, code: u32) -> u32 {
    entry::begin();
    let Some(world) = described() else {
        fail("the component has no program");
    };
    concurrent::resume(world, event, waitable, code)
}

/// The caller has read the result of an export. No import may be called here, so no JavaScript value is
/// dropped: its finalizer might.
#[unsafe(no_mangle)]
extern "C" fn jsvm_world_end(_export: u32) {
    if let Some(lowering) = RESULT.take() {
        // SAFETY: the caller has read it.
        let owners = unsafe { lowering.free() };
        READ.set(owners);
    }
}

/// The last handle of an exported resource is dropped.
#[unsafe(no_mangle)]
extern "C" fn jsvm_world_drop(_resource: u32, representation: u32) {
    if let Err(thrown) = resource::drop_object(representation) {
        fail(&format!("Symbol.dispose: {}", describe(&thrown.0)));
    }
}

/// Ends the instance, after a message.
pub fn fail(message: &str) -> ! {
    host::console(Level::Error, message);
    core::arch::wasm32::unreachable()
}

/// Ends the instance if the arguments of a call, which are in its memory by now, exceed the memory limit.
fn check_arguments(export: &Export) {
    if memory::is_overfull() {
        fail(&format!(
            "{}: the memory limit was reached by the arguments of the call. Build the component with a larger \
             --memory",
            export.name
        ));
    }
}

/// Describes what was thrown: an error by its stack, and another object as the console prints it.
pub fn describe(thrown: &Value) -> String {
    if thrown.is_object() && !error::is_error(thrown) {
        return inspect(thrown, &Options::default());
    }
    let texts = error::texts(thrown);
    let head = match (texts.name.is_empty(), texts.message.is_empty()) {
        (true, _) => texts.message,
        (false, true) => texts.name,
        (false, false) => format!("{}: {}", texts.name, texts.message),
    };
    match texts.stack.trim_end() {
        "" => head,
        stack => format!("{head}\n{stack}"),
    }
}

/// Why an exported function cannot return.
pub fn reason(thrown: Thrown) -> String {
    match error::of(thrown) {
        error::Failed::Exception(value) => format!("Uncaught {}", describe(&value)),
        error::Failed::Interrupted(_) => "interrupted: a limit was reached".to_owned(),
        error::Failed::OutOfMemory => "the memory limit was reached".to_owned(),
    }
}

/// Calls an export. Returns the address of a result in memory.
fn call(
    world: &'static Described,
    number: u32,
    export: &Export,
    bound: &Bound,
    slots: Place,
) -> Result<Option<usize>, String> {
    let outcome = invoke(world, number, export, bound, slots, None).and_then(settled);
    report_rejections();
    let mut lowering = Lowering::new(world);
    let in_memory = world.export_signature(number).has_result_in_memory;
    let block = match in_memory {
        true => {
            let (size, align) = sizes(world, export.function.result.into_iter());
            let block = lowering.block(size, align);
            Some(block.map_err(|_| "there is no memory for the result".to_owned())?)
        }
        false => None,
    };
    let place = block.map_or(slots, Block::place);
    match export.function.result {
        Some(ty) => lower(world, ty, outcome, place, &mut lowering)?,
        None => drop(outcome.map_err(reason)?),
    }
    // No JavaScript runs from here on until the caller has read the result.
    let finished = lowering.finish();
    finished.map_err(|fault| reason(fault.in_result("result")))?;
    lowering.given.pass();
    RESULT.set(Some(lowering));
    Ok(block.map(Block::address))
}

/// Reports rejected promises that nothing handles.
pub fn report_rejections() {
    for rejected in rejection::take() {
        let reason = describe(&rejected.reason);
        host::console(Level::Error, &format!("Uncaught (in promise) {reason}"));
    }
}

/// Lifts the arguments, and calls the program. `more` is an argument that the program gets as last.
pub fn invoke(
    world: &'static Described,
    number: u32,
    export: &Export,
    bound: &Bound,
    slots: Place,
    more: Option<&Value>,
) -> JsResult<Value> {
    let types = || {
        let parameters = export.function.parameters.iter();
        parameters.map(|parameter| parameter.ty)
    };
    let mut place = slots;
    let mut block = None;
    if world.export_signature(number).has_arguments_in_memory {
        let (size, align) = sizes(world, types());
        // SAFETY: the ABI has allocated the arguments, and gives them to this side.
        let arguments = unsafe { Block::taken(slots.u32() as usize, size, align) };
        place = arguments.place();
        block = Some(arguments);
    }
    let mut args = Vec::with_capacity(export.function.parameters.len());
    let mut taken = 0;
    for (offset, ty) in world.layouts().fields(types()) {
        let part = place.part(offset, taken);
        if place.is_flat() {
            taken += flat(world, ty);
        }
        args.push(lift(world, ty, part)?);
    }
    if let Some(block) = block {
        // SAFETY: the arguments were lifted.
        unsafe { block.free() };
    }
    args.extend(more.cloned());
    match bound {
        Bound::Function { function, this } => function.call(this, &args),
        Bound::Constructor { class } => class.construct(&args),
        Bound::Method { key } => {
            let (this, args) = args
                .split_first()
                .ok_or_else(|| Thrown::type_error("a method needs an object"))?;
            this.get(Key::Value(key))?.call(this, args)
        }
    }
}

/// Writes the result of an export. A `result` is what was returned or thrown.
pub fn lower(
    world: &'static Described,
    ty: TypeId,
    outcome: JsResult<Value>,
    place: Place,
    lowering: &mut Lowering,
) -> Result<(), String> {
    let Type::Result(ok, error) = world.ty(ty) else {
        let value = outcome.map_err(reason)?;
        let lowered = lowering.lower(ty, &value, place);
        return lowered.map_err(|fault| reason(fault.in_result("result")));
    };
    let thrown = match outcome {
        Ok(value) => match lowering.case(ty, 0, *ok, &value, place) {
            Ok(()) => return Ok(()),
            Err(fault) => {
                lowering.start_again();
                fault.in_result("result")
            }
        },
        Err(thrown) => thrown,
    };
    if thrown.is_interrupt() || error::is_exhaustion(&thrown.0) {
        return Err(reason(thrown));
    }
    let lowered = error_payload(world, *error, &thrown.0)
        .map_err(Fault::Thrown)
        .and_then(|payload| lowering.case(ty, 1, *error, &payload, place));
    lowered.map_err(|fault| {
        let why = reason(fault.in_result("thrown value"));
        format!(
            "{}\nIt is not the error of the function's result: {why}",
            reason(thrown)
        )
    })
}

/// What is passed of a thrown value: the payload of an error that has one, the message of another error
/// where the type is a string, or the value itself.
fn error_payload(world: &Described, ty: Option<TypeId>, thrown: &Value) -> JsResult<Value> {
    if !thrown.is_object() || !thrown.is_error() {
        return Ok(thrown.clone());
    }
    if thrown.has(&world.payload)? {
        return thrown.get(&world.payload);
    }
    match ty.map(|ty| world.ty(ty)) {
        Some(Type::String) => {
            let message = thrown.get("message")?;
            match message.tag() {
                Tag::String => Ok(message),
                _ => Value::text(&error::texts(thrown).message),
            }
        }
        _ => Ok(thrown.clone()),
    }
}
