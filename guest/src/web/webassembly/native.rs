//! Calls that the embedder runs as native code, if it can: `jsvm_protocol::webassembly` has the messages.
//!
//! The interpreter keeps all state. Before a call the embedder is told what it does not know of it yet, and afterwards
//! the interpreter's global variables are set to what the call left. Memories are not copied: the embedder works on
//! those of the interpreter.

mod call;
mod state;

pub use call::run;
use jsvm_protocol::webassembly;
use rustc_hash::FxHashSet;
use wasmi::Func;

use super::module::Native;
use super::world::Function;

/// A larger module is not compiled before it has run for a while.
const LARGE: usize = 256 << 10;

/// How often a large module is asked whether to stop before it is compiled.
const ASKS: u32 = 10;

/// What a VM that was restored must run of a module before the embedder is told of it again: a short request is done
/// sooner than that.
const ASKS_AGAIN: u32 = 2;
const INSTRUCTIONS_AGAIN: u64 = ASKS_AGAIN as u64 * webassembly::INTERVAL;

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
    /// Whether another embedder, or this one before, knew it.
    was_known: bool,
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
            was_known: false,
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
        self.status == Status::Waiting
            && match self.was_known {
                true => self.asks >= ASKS_AGAIN,
                false => is_small() || self.asks >= ASKS,
            }
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
    /// The tables of instances that it knows.
    known_tables: FxHashSet<u32>,
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

/// Whether a function is thought to run for long, or nothing is known of it.
fn is_worth_it(function: &Function) -> bool {
    function.pace.get() == Pace::Unknown || function.instructions.get() >= INSTRUCTIONS_AGAIN
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
        let mut tables = instance.tables.iter();
        self.is_uncertain |= tables.any(|table| self.known_tables.contains(table));
        match instance.module {
            Some(_) => self.instances.push(instance),
            None => self.other_tables.extend(instance.tables),
        }
        self.elements_changed();
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
        self.known_tables = known
            .flat_map(|known| known.tables.iter().copied())
            .collect();
        let others = self.instances.iter().filter(|instance| !is_known(instance));
        let others = others
            .flat_map(|other| &other.tables)
            .chain(&self.other_tables);
        self.is_uncertain = { others }.any(|table| self.known_tables.contains(table));
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
                instance.was_known = true;
                instance.asks = 0;
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
            || instance.status == Status::Waiting
                && (instance.is_main(index) || instance.was_known && is_worth_it(function));
        is_chosen.then_some((at, index))
    }
}
