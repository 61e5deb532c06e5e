//! Runs modules in a future that is polled by hand.
//!
//! Functions run on stacks of wasmtime's (fibers). When one calls the VM, its stack is put aside and the future waits
//! for a message; the VM runs JavaScript meanwhile, and may have other functions run in the future that waits.

use std::future::{Future, poll_fn};
use std::ops::Range;
use std::sync::Arc;
use std::task::Poll;

use jsvm_protocol::webassembly::{self as protocol, Reader, Writer};
use parking_lot::Mutex;
use wasmtime::{AsContextMut, Caller, Func, FuncType, Store, Trap, Val, ValType};

use crate::compiler::Compiler;
use crate::task::{Running, Task};
use crate::world::{self, Context, Malformed, World, to_bits};

/// The most runs inside of each other. The VM interprets what is deeper.
const MAX_DEPTH: u32 = 64;

/// Where messages are handed over.
#[derive(Default)]
pub struct Desk {
    request: Mutex<Option<Request>>,
    reply: Mutex<Option<Vec<u8>>>,
}

struct Request {
    vm: Range<usize>,
    message: Vec<u8>,
}

impl Desk {
    /// The next request. Whoever polls has put one there.
    fn request(&self) -> impl Future<Output = Request> + '_ {
        poll_fn(|_| match self.request.lock().take() {
            Some(request) => Poll::Ready(request),
            None => Poll::Pending,
        })
    }

    fn reply(&self, writer: &mut Writer) {
        *self.reply.lock() = Some(writer.into_bytes());
    }
}

/// The run that waits was abandoned.
#[derive(Debug, thiserror::Error)]
#[error("the run was abandoned")]
struct Abandoned;

/// The modules of one VM.
pub struct Machine {
    desk: Arc<Desk>,
    task: Task,
    /// Where the VM's memory begins.
    start: usize,
}

/// What a request led to.
pub enum Outcome {
    Reply(Vec<u8>),
    /// It has run for a while.
    Runs,
    /// The machine is of no use any more.
    Lost,
}

impl Machine {
    pub fn new(compiler: Arc<Compiler>, start: usize) -> wasmtime::Result<Self> {
        let desk = Arc::new(Desk::default());
        let world = World::new(compiler.clone(), desk.clone());
        let mut store = Store::new(&compiler.engine, world);
        store.set_fuel(u64::MAX)?;
        store.fuel_async_yield_interval(Some(protocol::INTERVAL))?;
        let task = Task::new(store, serve);
        Ok(Machine { desk, task, start })
    }

    /// Hands a message over, or lets it run on, until there is a reply.
    pub fn go_on(&mut self, vm: Range<usize>, message: Option<&[u8]>) -> Outcome {
        if vm.start != self.start {
            // The memory moved, and with it all places.
            return Outcome::Lost;
        }
        if let Some(message) = message {
            *self.desk.request.lock() = Some(Request {
                vm,
                message: message.to_vec(),
            });
        }
        match self.task.poll() {
            // It ends with an error alone.
            Poll::Ready(_) => Outcome::Lost,
            Poll::Pending => match self.desk.reply.lock().take() {
                Some(reply) => Outcome::Reply(reply),
                None => Outcome::Runs,
            },
        }
    }

    /// Ends all that runs, in the middle. What is known of the VM stays.
    pub fn stop(&mut self) -> Vec<u8> {
        let values = self.task.restart(serve, |store| {
            store.data_mut().depth = 0;
            world::globals(&mut store.as_context_mut())
        });
        abandoned(&values)
    }
}

/// A run has ended in the middle.
pub fn abandoned(globals: &[u64]) -> Vec<u8> {
    let mut writer = Writer::new(protocol::ABANDONED);
    writer
        .values(globals)
        .u8(protocol::trap::OTHER)
        .into_bytes()
}

/// Carries out requests.
fn serve(store: &mut Store<World>) -> Running<'_> {
    Box::pin(async move {
        let context = &mut store.as_context_mut();
        attend(context).await.map(drop)
    })
}

/// Carries out requests until one is an answer, whose values these are.
async fn attend(store: &mut Context<'_>) -> wasmtime::Result<Vec<u64>> {
    let desk = store.data().desk.clone();
    loop {
        let Request { vm, message } = desk.request().await;
        store.data_mut().vm = vm;
        let mut reader = Reader::new(&message);
        let kind = reader.u8().ok_or(Malformed)?;
        if kind == protocol::ABANDON {
            if store.data().depth > 0 {
                return Err(Abandoned.into());
            }
            // It ended with a run inside of it.
            *desk.reply.lock() = Some(abandoned(&world::globals(store)));
            continue;
        }
        world::read_state(store, &mut reader).await?;
        match kind {
            protocol::ANSWER => return Ok(reader.values().ok_or(Malformed)?),
            protocol::INSTANTIATE => {
                let is_known = world::instantiate(store, &mut reader).await?;
                desk.reply(&mut match is_known {
                    true => Writer::new(protocol::DONE),
                    false => refused(protocol::NEVER),
                });
            }
            protocol::RUN => run(store, &mut reader).await?,
            _ => return Err(Malformed.into()),
        }
    }
}

/// The VM is to interpret.
pub fn refused(why: u8) -> Writer {
    let mut writer = Writer::new(protocol::REFUSED);
    writer.u8(why);
    writer
}

/// Runs a function to its end.
async fn run(store: &mut Context<'_>, reader: &mut Reader<'_>) -> wasmtime::Result<()> {
    let desk = store.data().desk.clone();
    let instance = reader.u32().ok_or(Malformed)?;
    let index = reader.u32().ok_or(Malformed)?;
    let arguments = reader.values().ok_or(Malformed)?;
    if store.data().depth >= MAX_DEPTH {
        desk.reply(&mut refused(protocol::NEVER));
        return Ok(());
    }
    if !world::knows(store, instance) {
        desk.reply(&mut refused(protocol::UNKNOWN));
        return Ok(());
    }
    let function = world::function_of(store, protocol::function_of(instance, index))?;
    let ty = function.ty(&*store);
    if ty.params().len() != arguments.len() {
        return Err(Malformed.into());
    }
    let values = arguments.iter().zip(ty.params());
    let values: Vec<Val> = values
        .map(|(bits, ty)| world::of_bits(*bits, &ty))
        .collect();
    let mut results = vec![Val::I32(0); ty.results().len()];
    store.data_mut().depth += 1;
    let before = store.get_fuel()?;
    let outcome = function
        .call_async(&mut *store, &values, &mut results)
        .await;
    let fuel = before.saturating_sub(store.get_fuel()?);
    store.data_mut().depth -= 1;
    let mut writer = match &outcome {
        Ok(()) => Writer::new(protocol::DONE),
        Err(error) if error.is::<Abandoned>() => Writer::new(protocol::ABANDONED),
        // Whatever a VM has said wrongly ends all.
        Err(error) if error.is::<Malformed>() => return Err(Malformed.into()),
        Err(_) => Writer::new(protocol::TRAP),
    };
    writer.values(&world::globals(store));
    match outcome {
        Ok(()) => {
            let results: Vec<u64> = results.iter().map(to_bits).collect();
            writer.u64(fuel).values(&results);
        }
        Err(error) => {
            writer.u8(error
                .downcast_ref()
                .map_or(protocol::trap::OTHER, |trap| code_of(*trap)));
        }
    }
    desk.reply(&mut writer);
    Ok(())
}

fn code_of(trap: Trap) -> u8 {
    use protocol::trap;
    match trap {
        Trap::UnreachableCodeReached => trap::UNREACHABLE,
        Trap::MemoryOutOfBounds | Trap::HeapMisaligned => trap::MEMORY,
        Trap::TableOutOfBounds => trap::TABLE,
        Trap::IndirectCallToNull | Trap::BadSignature => trap::SIGNATURE,
        Trap::IntegerDivisionByZero => trap::DIVISION,
        Trap::IntegerOverflow => trap::OVERFLOW,
        Trap::BadConversionToInteger => trap::CONVERSION,
        Trap::StackOverflow => trap::STACK,
        _ => trap::OTHER,
    }
}

/// A function that only the VM can call.
pub fn function_of_vm(store: &mut Context<'_>, number: u32, ty: FuncType) -> Func {
    let types: Arc<[ValType]> = ty.results().collect();
    Func::new_async(&mut *store, ty, move |caller, arguments, results| {
        let types = types.clone();
        Box::new(async move {
            let values = arguments.iter().map(to_bits).collect::<Vec<_>>();
            let answer = ask(caller, protocol::UPCALL, |writer| {
                writer.u32(number).values(&values);
            });
            fill(results, &types, &answer.await?)
        })
    })
}

/// What `memory.grow` calls.
pub fn function_that_grows(store: &mut Context<'_>, memory: u32) -> Func {
    let engine = store.engine().clone();
    let ty = FuncType::new(&engine, [ValType::I32], [ValType::I32]);
    Func::new_async(&mut *store, ty, move |caller, arguments, results| {
        Box::new(async move {
            let pages = to_bits(&arguments[0]) as u32;
            let answer = ask(caller, protocol::GROW, |writer| {
                writer.u32(memory).u32(pages);
            });
            let answer = answer.await?;
            fill(results, &[ValType::I32], &answer)
        })
    })
}

/// Calls the VM.
async fn ask(
    mut caller: Caller<'_, World>,
    kind: u8,
    what: impl FnOnce(&mut Writer),
) -> wasmtime::Result<Vec<u64>> {
    let store = &mut caller.as_context_mut();
    let mut writer = Writer::new(kind);
    writer.values(&world::globals(store));
    what(&mut writer);
    store.data().desk.reply(&mut writer);
    attend(store).await
}

fn fill(results: &mut [Val], types: &[ValType], answer: &[u64]) -> wasmtime::Result<()> {
    if types.len() != answer.len() {
        return Err(Malformed.into());
    }
    for ((result, ty), bits) in results.iter_mut().zip(types).zip(answer) {
        *result = world::of_bits(*bits, ty);
    }
    Ok(())
}
