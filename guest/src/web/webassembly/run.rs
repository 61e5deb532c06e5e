//! Calls of functions of modules, and of JavaScript by modules.

use std::cell::Cell;

use smallvec::SmallVec;
use wasmi::errors::{ErrorKind, InstantiationError, MemoryError, TableError};
use wasmi::{
    Error, ResumableCall, ResumableCallHostTrap, ResumableCallOutOfFuel, TrapCode, Val, ValType,
};

use super::convert::{to_js, to_wasm};
use super::entities;
use super::native;
use super::world::{self, Crossing, Function, World};
use crate::js::{JsResult, Thrown, Value};
use crate::{memory, poll};

/// How many instructions run between two questions whether to go on.
pub const FUEL: u64 = 100_000;

/// Bytes that the frames of a call may take before they are counted, and must be free.
const FRAMES: usize = 64 << 10;

/// The most calls of modules inside of each other.
const MAX_DEPTH: u32 = 2_000;

pub type Vals = SmallVec<[Val; 4]>;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// One more call on the stack, as long as it lives.
pub struct Nested;

impl Nested {
    /// # Errors
    /// A `RangeError` if there are too many.
    pub fn enter() -> JsResult<Nested> {
        if DEPTH.get() == 0 {
            world::with(World::sweep_externs)?;
        }
        // Each call has a stack of its own, which the limit of memory does not count in advance.
        if DEPTH.get() >= MAX_DEPTH || (DEPTH.get() > 0 && !memory::has_room(FRAMES)) {
            return Err(overflow());
        }
        DEPTH.set(DEPTH.get() + 1);
        Ok(Nested)
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

fn overflow() -> Thrown {
    Thrown::range_error("Maximum call stack size exceeded")
}

/// Calls a function of a module with values of JavaScript.
pub fn call(number: u32, args: &[Value]) -> JsResult<Value> {
    let function = world::with(|world| world.functions.get(number as usize).cloned())?;
    let function = function.ok_or_else(|| Thrown::type_error("Illegal invocation"))?;
    if world::has_vector(function.ty.params()) || world::has_vector(function.ty.results()) {
        return Err(Thrown::type_error(
            "a function with a v128 in its type cannot be called from JavaScript",
        ));
    }
    // References among the arguments are in no table: see `externs`.
    let nested = Nested::enter()?;
    let mut inputs = Vals::new();
    for (index, ty) in function.ty.params().iter().enumerate() {
        inputs.push(match args.get(index) {
            Some(arg) => to_wasm(arg, *ty)?,
            None => to_wasm(&Value::UNDEFINED, *ty)?,
        });
    }
    let results = run(&nested, &function, &inputs)?;
    match &*results {
        [] => Ok(Value::UNDEFINED),
        [result] => to_js(result),
        results => Value::array_of(results.iter().map(to_js).collect::<JsResult<Vec<_>>>()?),
    }
}

/// How a module goes on.
enum Next {
    Call,
    Answer(ResumableCallHostTrap, Vals),
    Refuel(ResumableCallOutOfFuel),
}

/// Runs a function to its end.
pub fn run(_: &Nested, function: &Function, inputs: &[Val]) -> JsResult<Vals> {
    if let Some(import) = function.import {
        // A module exports what it has imported.
        let crossing = Crossing {
            import,
            args: inputs.to_vec(),
        };
        return call_javascript(&crossing, function.ty.results());
    }
    match native::run(function, inputs)? {
        Some(results) => Ok(results),
        None => interpret(function, inputs),
    }
}

fn interpret(function: &Function, inputs: &[Val]) -> JsResult<Vals> {
    let results = function.ty.results();
    let mut outputs: Vals = results.iter().map(|ty| Val::default_for_ty(*ty)).collect();
    let mut next = Next::Call;
    let (mut fuel, mut pieces) = (0, 0);
    loop {
        let outcome = world::with(|world| {
            let store = &mut world.store;
            if let Next::Refuel(call) = &next {
                let _ = store.set_fuel(FUEL.max(call.required_fuel()));
            }
            let before = store.get_fuel().unwrap_or(0);
            let outcome = match next {
                Next::Call => function
                    .func
                    .call_resumable(&mut *store, inputs, &mut outputs),
                Next::Answer(call, values) => call.resume(&mut *store, &values, &mut outputs),
                Next::Refuel(call) => call.resume(&mut *store, &mut outputs),
            };
            fuel += before.saturating_sub(store.get_fuel().unwrap_or(0));
            world.native.interpreted();
            entities::refresh(world);
            outcome
        })?;
        pieces += 1;
        next = match outcome {
            Ok(ResumableCall::Finished) => {
                function.pace.set(function.pace.get().after(fuel, pieces));
                function.instructions.set(fuel);
                return Ok(outputs);
            }
            Ok(ResumableCall::HostTrap(call)) => {
                let (crossing, ty) = world::with(|world| {
                    let crossing = std::mem::take(&mut world.store.data_mut().crossing);
                    (crossing, call.host_func().ty(&world.store))
                })?;
                Next::Answer(call, call_javascript(&crossing, ty.results())?)
            }
            Ok(ResumableCall::OutOfFuel(call)) => {
                world::with(|world| world.native.asked(function))?;
                ask(FUEL.max(call.required_fuel()))?;
                Next::Refuel(call)
            }
            Err(error) => return Err(thrown(&error)),
        };
    }
}

/// Counts what ran, and asks whether to go on.
pub fn ask(fuel: u64) -> JsResult<()> {
    poll::count_instructions(fuel);
    world::tools()?.tick.call(&Value::UNDEFINED, &[]).map(drop)
}

/// Calls the function of JavaScript that a module has imported.
fn call_javascript(crossing: &Crossing, results: &[ValType]) -> JsResult<Vals> {
    let function =
        world::with(|world: &mut World| world.imports.get(crossing.import as usize).cloned())?;
    let function = function.unwrap_or(Value::UNDEFINED);
    if world::has_vector(results) {
        return Err(Thrown::type_error(
            "a function with a v128 in its type cannot be called from WebAssembly",
        ));
    }
    let args: JsResult<SmallVec<[Value; 4]>> = crossing.args.iter().map(to_js).collect();
    let result = function.call(&Value::UNDEFINED, &args?)?;
    match results {
        [] => Ok(Vals::new()),
        [ty] => Ok(Vals::from_iter([to_wasm(&result, *ty)?])),
        types => {
            let list = world::tools()?.list.call(&Value::UNDEFINED, &[result])?;
            let length = list.get("length")?.as_number().unwrap_or(0.0);
            if length != types.len() as f64 {
                return Err(Thrown::type_error(&format!(
                    "the function returned {length} values; its type has {}",
                    types.len()
                )));
            }
            let values = types.iter().zip(0u32..);
            values
                .map(|(ty, index)| to_wasm(&list.get(index)?, *ty))
                .collect()
        }
    }
}

/// A `WebAssembly.RuntimeError`.
pub fn runtime_error(message: &str) -> Thrown {
    let make = || {
        world::tools()?
            .runtime_error
            .construct(&[Value::text(message)?])
    };
    make().map_or_else(|thrown: Thrown| thrown, Thrown)
}

/// What a script catches of a failure of a module.
pub fn thrown(error: &Error) -> Thrown {
    if let Some(trap) = error.as_trap_code() {
        return of_trap(trap);
    }
    match error.kind() {
        ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. })
        | ErrorKind::Table(TableError::InitOutOfBounds | TableError::CopyOutOfBounds) => {
            of_trap(TrapCode::TableOutOfBounds)
        }
        ErrorKind::Memory(MemoryError::OutOfBoundsAccess) => {
            runtime_error("data segment is out of bounds")
        }
        ErrorKind::Instantiation(
            InstantiationError::FailedToInstantiateMemory(_)
            | InstantiationError::FailedToInstantiateTable(_),
        )
        | ErrorKind::Memory(_)
        | ErrorKind::Table(_) => Thrown::range_error(&format!("out of memory: {error}")),
        _ => runtime_error(&error.to_string()),
    }
}

fn of_trap(trap: TrapCode) -> Thrown {
    runtime_error(match trap {
        TrapCode::StackOverflow => return overflow(),
        TrapCode::UnreachableCodeReached => "unreachable",
        TrapCode::MemoryOutOfBounds => "memory access out of bounds",
        TrapCode::TableOutOfBounds => "table index is out of bounds",
        TrapCode::IndirectCallToNull => "null function or function signature mismatch",
        TrapCode::BadSignature => "null function or function signature mismatch",
        TrapCode::IntegerDivisionByZero => "divide by zero",
        TrapCode::IntegerOverflow => "divide result unrepresentable",
        TrapCode::BadConversionToInteger => "float unrepresentable in integer range",
        _ => return runtime_error(trap.trap_message()),
    })
}

/// What a script catches of a trap of native code.
pub fn of_native_trap(code: u8) -> Thrown {
    use jsvm_protocol::webassembly::trap;
    of_trap(match code {
        trap::STACK => TrapCode::StackOverflow,
        trap::UNREACHABLE => TrapCode::UnreachableCodeReached,
        trap::MEMORY => TrapCode::MemoryOutOfBounds,
        trap::TABLE => TrapCode::TableOutOfBounds,
        trap::SIGNATURE => TrapCode::BadSignature,
        trap::DIVISION => TrapCode::IntegerDivisionByZero,
        trap::OVERFLOW => TrapCode::IntegerOverflow,
        trap::CONVERSION => TrapCode::BadConversionToInteger,
        _ => return runtime_error("the module trapped"),
    })
}
