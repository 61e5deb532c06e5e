//! Calls that the embedder runs as native code, if it can: `jsvm_protocol::webassembly` has the messages.
//!
//! The interpreter keeps all state. Before a call the embedder is told what it does not know of it yet, and afterwards
//! the interpreter's global variables are set to what the call left. Memories are not copied: the embedder works on
//! those of the interpreter.

mod state;

use std::rc::Rc;

use jsvm_protocol::webassembly::{self as protocol, Reader, Writer};
use rustc_hash::FxHashSet;
use wasmi::{Func, Val};

use super::entities;
use super::module::Native;
use super::run::{self, Nested, Vals};
use super::world::{self, Function, World};
use crate::host;
use crate::js::{JsResult, Thrown};
pub use state::{of_bits, to_bits};

/// A larger module is not compiled before it has run for a while.
const LARGE: usize = 256 << 10;

/// How often a large module is asked whether to stop before it is compiled.
const ASKS: u32 = 10;

/// After how many such questions an embedder that could not compile is asked again: the VM may have been restored.
const PATIENCE: u32 = 256;

/// A function that runs fewer instructions between two calls of JavaScript is quicker interpreted.
const SHORT: u64 = 500;

/// What an instance is to the embedder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    /// It has not been told of it.
    Waiting,
    Known,
    /// It does not compile the module.
    Never,
}

/// An instance, with all that its module's indices mean.
pub struct Instance {
    /// `None` if it is interpreted in any case.
    module: Option<Native>,
    /// The numbers of the interpreter for its own functions, which follow each other.
    pub first: u32,
    pub last: u32,
    /// The functions that it has imported.
    pub imported: Vec<Func>,
    pub memories: Vec<u32>,
    pub tables: Vec<u32>,
    pub globals: Vec<u32>,
    status: Status,
    asks: u32,
}

impl Instance {
    /// An instance that the embedder does not know.
    pub fn new(module: Option<&Native>) -> Self {
        Instance {
            module: module.cloned(),
            first: 0,
            last: 0,
            imported: Vec::new(),
            memories: Vec::new(),
            tables: Vec::new(),
            globals: Vec::new(),
            status: Status::Waiting,
            asks: 0,
        }
    }

    fn is_main(&self, index: u32) -> bool {
        self.module
            .as_ref()
            .is_some_and(|module| module.mains.contains(&index))
    }

    fn is_due(&self) -> bool {
        let is_small = || {
            self.module
                .as_ref()
                .is_some_and(|module| module.bytes.len() <= LARGE)
        };
        self.status == Status::Waiting && (is_small() || self.asks >= ASKS)
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Link {
    /// It has not been asked.
    #[default]
    Unknown,
    Ready,
    /// It does not compile.
    Absent,
    /// There is something that cannot be told.
    Off,
}

/// What the embedder knows.
#[derive(Default)]
pub struct Natives {
    link: Link,
    instances: Vec<Instance>,
    /// The tables of instances that are interpreted in any case.
    other_tables: FxHashSet<u32>,
    /// Where each memory was.
    places: Vec<(usize, usize)>,
    /// How many global variables it was told of, and which of them change.
    globals: usize,
    mutable: Vec<u32>,
    functions: FxHashSet<u32>,
    /// Whether elements of tables are others than it was told.
    has_new_elements: bool,
    /// Whether interpreted code may change a table that compiled code uses.
    is_uncertain: bool,
    /// How often modules were asked whether to stop while nothing compiles.
    asks: u32,
}

/// How quickly a function returns or calls JavaScript.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    #[default]
    Unknown,
    Short,
    Long,
}

impl Pace {
    /// What is thought after so many instructions in so many pieces.
    pub fn after(self, instructions: u64, pieces: u64) -> Pace {
        let each = instructions / pieces.max(1);
        // What is at the border stays on its side.
        let border = match self {
            Pace::Short => 2 * SHORT,
            _ => SHORT,
        };
        match each < border {
            true => Pace::Short,
            false => Pace::Long,
        }
    }
}

impl Natives {
    /// There is a new instance.
    pub fn add(&mut self, mut instance: Instance) {
        let functions = instance.last.wrapping_sub(instance.first).wrapping_add(1);
        if instance
            .module
            .as_ref()
            .is_some_and(|module| module.functions != functions)
        {
            // The interpreter has changed: its numbers mean nothing.
            instance.module = None;
        }
        match instance.module {
            Some(_) => self.instances.push(instance),
            None => self.other_tables.extend(instance.tables),
        }
        self.elements_changed();
        self.judge();
        if self.link == Link::Absent {
            self.link = Link::Unknown;
        }
    }

    /// A script or an instance has changed a table.
    pub fn elements_changed(&mut self) {
        self.has_new_elements = true;
    }

    /// Interpreted code has run.
    pub fn interpreted(&mut self) {
        self.has_new_elements |= self.is_uncertain;
    }

    /// A function was asked whether to stop.
    pub fn asked(&mut self, function: &Function) {
        if let Some(at) = self.instance_of(function.entity) {
            let instance = &mut self.instances[at];
            instance.asks = instance.asks.saturating_add(1);
        }
        if self.link == Link::Absent {
            self.asks += 1;
            if self.asks >= PATIENCE {
                self.asks = 0;
                self.link = Link::Unknown;
            }
        }
    }

    /// The instance that has a function of its own.
    fn instance_of(&self, entity: u32) -> Option<usize> {
        let instances = &self.instances;
        let behind = instances.partition_point(|instance| instance.first <= entity);
        let at = behind.checked_sub(1)?;
        let instance = &instances[at];
        (entity <= instance.last).then_some(at)
    }

    /// Code that is not compiled may do anything to tables.
    fn judge(&mut self) {
        let is_known = |instance: &&Instance| instance.status == Status::Known;
        let known = self.instances.iter().filter(is_known);
        let tables: FxHashSet<u32> = known
            .flat_map(|known| known.tables.iter().copied())
            .collect();
        let others = self.instances.iter().filter(|instance| !is_known(instance));
        let others = others
            .flat_map(|other| &other.tables)
            .chain(&self.other_tables);
        self.is_uncertain = { others }.any(|table| tables.contains(table));
    }

    /// The embedder knows nothing.
    fn forget(&mut self) {
        self.link = Link::Unknown;
        self.places.clear();
        self.globals = 0;
        self.mutable.clear();
        self.functions.clear();
        self.has_new_elements = true;
        for instance in &mut self.instances {
            if instance.status == Status::Known {
                instance.status = Status::Waiting;
            }
        }
        self.judge();
    }

    /// The instance and index of a function that is to run as native code.
    fn target(&self, function: &Function) -> Option<(usize, u32)> {
        if matches!(self.link, Link::Absent | Link::Off) || function.pace.get() == Pace::Short {
            return None;
        }
        let at = self.instance_of(function.entity)?;
        let instance = &self.instances[at];
        let index = function.entity - instance.first + instance.imported.len() as u32;
        let is_chosen = instance.status == Status::Known
            || instance.is_due()
            || instance.status == Status::Waiting && instance.is_main(index);
        is_chosen.then_some((at, index))
    }
}

/// Sends a message. Nothing, if the embedder does not know such messages.
fn send(writer: &mut Writer) -> Option<Vec<u8>> {
    host::run_modules(writer.into_bytes())
}

/// Has the embedder know an instance, if it compiles.
fn prepare(at: usize) -> JsResult<bool> {
    if world::with(|world| world.native.link)? == Link::Unknown {
        let reply = send(Writer::new(protocol::HELLO).u32(protocol::VERSION));
        let is_ready = reply.is_some_and(|reply| reply.first() == Some(&protocol::READY));
        world::with(|world| {
            world.native.link = match is_ready {
                true => Link::Ready,
                false => Link::Absent,
            };
        })?;
    }
    let count = world::with(|world| world.native.instances.len())?;
    for other in 0..count {
        let message = world::with(|world| {
            let natives = &world.native;
            let instance = &natives.instances[other];
            let is_wanted = instance.is_due() || other == at && instance.status == Status::Waiting;
            match natives.link == Link::Ready && is_wanted {
                true => state::instantiate(world, other),
                false => None,
            }
        })?;
        let Some(mut message) = message else {
            continue;
        };
        let reply = send(&mut message);
        world::with(|world| {
            let natives = &mut world.native;
            let mut reader = Reader::new(reply.as_deref().unwrap_or_default());
            match (reader.u8(), reader.u8()) {
                (Some(protocol::DONE), _) => natives.instances[other].status = Status::Known,
                (Some(protocol::REFUSED), Some(protocol::NEVER)) => {
                    natives.instances[other].status = Status::Never;
                }
                // Another embedder, or one that has lost all: the next call begins anew.
                _ => natives.forget(),
            }
            natives.elements_changed();
            natives.judge();
        })?;
    }
    world::with(|world| {
        let natives = &world.native;
        natives.link == Link::Ready && natives.instances[at].status == Status::Known
    })
}

/// Runs a function as native code. `None` if it is to be interpreted.
pub fn run(function: &Function, inputs: &[Val]) -> JsResult<Option<Vals>> {
    // Twice, if the embedder is another than that which was told.
    for _ in 0..2 {
        let target = world::with(|world| world.native.target(function))?;
        let Some((at, index)) = target else {
            return Ok(None);
        };
        if !prepare(at)? {
            return Ok(None);
        }
        let message = world::with(|world| {
            let mut writer = Writer::new(protocol::RUN);
            state::write(world, &mut writer)?;
            writer.u32(at as u32).u32(index);
            write_values(&mut writer, inputs)?;
            Some(writer)
        })?;
        let Some(message) = message else {
            return Ok(None);
        };
        match finish(function, message)? {
            Run::Done(results) => return Ok(Some(results)),
            Run::Refused => return Ok(None),
            Run::Unknown => world::with(|world| world.native.forget())?,
        }
    }
    Ok(None)
}

fn write_values(writer: &mut Writer, values: &[Val]) -> Option<()> {
    writer.u32(values.len() as u32);
    for value in values {
        writer.u64(to_bits(value)?);
    }
    Some(())
}

/// How a run ended.
enum Run {
    Done(Vals),
    Refused,
    Unknown,
}

/// Does what the function asks for until it returns.
fn finish(function: &Function, mut message: Writer) -> JsResult<Run> {
    let mut pieces = 1;
    let mut has_begun = false;
    loop {
        let Some(reply) = send(&mut message) else {
            return lost(has_begun);
        };
        let mut reader = Reader::new(&reply);
        let kind = reader.u8().unwrap_or(protocol::REFUSED);
        if kind == protocol::REFUSED {
            return match reader.u8() {
                Some(protocol::NEVER) if !has_begun => Ok(Run::Refused),
                _ => lost(has_begun),
            };
        }
        has_begun = true;
        let Some(next) = read(function, kind, &mut reader, pieces)? else {
            return lost(has_begun);
        };
        message = match next {
            Next::Return(results) => return Ok(Run::Done(results)),
            Next::Throw(thrown) => return Err(thrown),
            Next::Say(message) => message,
            Next::Ask => match run::ask(protocol::INTERVAL) {
                Ok(()) => Writer::new(protocol::GO_ON),
                Err(thrown) => {
                    abandon(false)?;
                    return Err(thrown);
                }
            },
            Next::Call(called, inputs) => {
                pieces += 1;
                let outcome =
                    Nested::enter().and_then(|nested| run::run(&nested, &called, &inputs));
                let answer = match outcome {
                    Ok(results) => world::with(|world| answer(world, &results))?,
                    Err(thrown) => {
                        abandon(true)?;
                        return Err(thrown);
                    }
                };
                match answer {
                    Some(answer) => answer,
                    None => {
                        abandon(true)?;
                        return lost(true);
                    }
                }
            }
        };
    }
}

/// What a reply asks for.
enum Next {
    Return(Vals),
    Throw(Thrown),
    Say(Writer),
    Ask,
    Call(Rc<Function>, Vals),
}

/// Reads a reply. `None` if it is malformed.
fn read(
    function: &Function,
    kind: u8,
    reader: &mut Reader<'_>,
    pieces: u64,
) -> JsResult<Option<Next>> {
    world::with(|world| {
        Some(match kind {
            protocol::ASK => Next::Ask,
            protocol::GROW => {
                state::arrive(world, reader)?;
                let (number, pages) = (reader.u32()?, reader.u32()?);
                let memory = world.memories.get(number as usize)?.memory;
                let before = memory.grow(&mut world.store, u64::from(pages));
                let before = before.map_or(-1, |before| (before as u32).cast_signed());
                Next::Say(answer(world, &[Val::I32(before)])?)
            }
            protocol::UPCALL => {
                state::arrive(world, reader)?;
                let number = reader.u32()?;
                let called = world.functions.get(number as usize)?.clone();
                let inputs = values(reader, called.ty.params())?;
                Next::Call(called, inputs)
            }
            protocol::DONE => {
                state::arrive(world, reader)?;
                let instructions = reader.u64()?;
                function
                    .pace
                    .set(function.pace.get().after(instructions, pieces));
                Next::Return(values(reader, function.ty.results())?)
            }
            protocol::TRAP => {
                state::arrive(world, reader)?;
                Next::Throw(run::of_native_trap(reader.u8()?))
            }
            _ => return None,
        })
    })
}

fn values(reader: &mut Reader<'_>, types: &[wasmi::ValType]) -> Option<Vals> {
    let bits = reader.values()?;
    if bits.len() != types.len() {
        return None;
    }
    let values = bits.iter().zip(types);
    values.map(|(bits, ty)| of_bits(*bits, *ty)).collect()
}

/// The answer to what a module asked for.
fn answer(world: &mut World, results: &[Val]) -> Option<Writer> {
    let mut writer = Writer::new(protocol::ANSWER);
    state::write(world, &mut writer)?;
    write_values(&mut writer, results)?;
    Some(writer)
}

/// Ends the run that waits, or that is in the middle of something.
fn abandon(is_waiting: bool) -> JsResult<()> {
    let reply = send(&mut Writer::new(protocol::ABANDON));
    world::with(|world| {
        let mut reader = Reader::new(reply.as_deref().unwrap_or_default());
        let arrived = match reader.u8() {
            // What ran since the run began to wait has changed more.
            Some(protocol::ABANDONED) if is_waiting => Some(()),
            Some(protocol::ABANDONED) => state::arrive(world, &mut reader),
            _ => None,
        };
        if arrived.is_none() {
            world.native.forget();
        }
        entities::refresh(world);
    })
}

/// The embedder knows nothing of the run.
fn lost(has_begun: bool) -> JsResult<Run> {
    match has_begun {
        false => Ok(Run::Unknown),
        true => {
            world::with(|world| world.native.forget())?;
            Err(run::runtime_error("the native code of the module was lost"))
        }
    }
}
