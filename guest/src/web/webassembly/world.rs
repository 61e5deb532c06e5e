//! The store of a VM, and what JavaScript knows of it.
//!
//! The interpreter frees what is in a store with the store alone. So a store lives as long as a script has
//! anything of it: each function, memory, table and global of a script refers to the object of the store,
//! and the store shows the collector the values of JavaScript that it holds. What is made after that goes
//! into a new store.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::{self, Debug, Write};
use std::rc::{Rc, Weak};

use rustc_hash::FxBuildHasher;
use wasmi::errors::HostError;
use wasmi::{
    AsContext, CompilationMode, Config, CustomFuelCosts, Engine, EngineWeak, Error, Func, FuncType,
    Global, Memory, ResourceLimiter, Store, Table, Val, ValType,
};
use wasmi_core::LimiterError;

use super::externs::Externs;
use super::native::{Natives, Pace};
use super::run;
use crate::js::{self, Call, JsResult, Thrown, Value, Visit};
use crate::{limits, memory};

/// The most frames of a module between two calls of JavaScript.
const MAX_FRAMES: usize = 10_000;

/// The most bytes of the interpreter's stack between two calls of JavaScript.
const MAX_STACK: usize = 1 << 20;

/// The least of that stack, for VMs with little memory.
const MIN_STACK: usize = 64 << 10;

/// The most elements that a table may have: the interface's limit.
const MAX_TABLE: usize = 10_000_000;

/// Bytes of a page of memory.
pub const PAGE: usize = 64 << 10;

/// Bytes of an element of a table.
pub const ELEMENT: usize = 8;

/// A function of a module, or of JavaScript as a module sees it.
pub struct Function {
    pub func: Func,
    pub ty: FuncType,
    /// The function of JavaScript that it calls.
    pub import: Option<u32>,
    /// The interpreter's number of it.
    pub entity: u32,
    pub pace: Cell<Pace>,
    /// How many instructions its last call took.
    pub instructions: Cell<u64>,
}

/// A memory, and the buffer that scripts have of it.
pub struct MemoryEntry {
    pub memory: Memory,
    pub buffer: Option<Value>,
    /// Where the bytes were when the buffer was made.
    pub place: (usize, usize),
}

/// What a module asked of JavaScript before it was suspended.
#[derive(Default)]
pub struct Crossing {
    pub import: u32,
    pub args: Vec<Val>,
}

/// The data of the store.
#[derive(Default)]
pub struct Shared {
    /// Whether a memory has grown since somebody looked.
    pub has_grown: bool,
    /// The same, for whoever tells the embedder where memories are.
    pub has_moved: bool,
    pub crossing: Crossing,
}

/// Keeps memories and tables within the memory limit of the VM.
impl ResourceLimiter for Shared {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> Result<bool, LimiterError> {
        self.has_grown = true;
        self.has_moved = true;
        Ok(memory::has_room(desired.saturating_sub(current)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> Result<bool, LimiterError> {
        let more = desired.saturating_sub(current).saturating_mul(ELEMENT);
        Ok(desired <= MAX_TABLE && memory::has_room(more))
    }

    fn instances(&self) -> usize {
        usize::MAX
    }

    fn tables(&self) -> usize {
        usize::MAX
    }

    fn memories(&self) -> usize {
        usize::MAX
    }
}

/// The error by which an imported function suspends its caller.
#[derive(Debug)]
struct Suspend;

impl fmt::Display for Suspend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("calls JavaScript")
    }
}

impl HostError for Suspend {}

/// What the part has given.
pub struct Tools {
    pub runtime_error: Value,
    /// A function that does nothing. The engine asks whether to stop when it is called.
    pub tick: Value,
    /// Makes an array of an iterable.
    pub list: Value,
}

/// Everything that modules and scripts share.
pub struct World {
    pub store: Store<Shared>,
    /// The object that keeps the store alive. The store refers to it, as to all that the collector sees here.
    object: Value,
    pub functions: Vec<Rc<Function>>,
    /// The object that scripts have of each function. It is kept, so that its address stays its own.
    pub objects: Vec<Value>,
    pub imports: Vec<Value>,
    pub memories: Vec<MemoryEntry>,
    pub tables: Vec<Table>,
    pub globals: Vec<Global>,
    pub externs: Externs,
    pub native: Natives,
    by_address: HashMap<usize, u32, FxBuildHasher>,
    by_handle: HashMap<String, u32, FxBuildHasher>,
}

impl Visit for World {
    fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.object);
        self.objects.iter().for_each(&mut *visit);
        self.imports.iter().for_each(&mut *visit);
        let buffers = self
            .memories
            .iter()
            .filter_map(|entry| entry.buffer.as_ref());
        buffers.for_each(&mut *visit);
        self.externs.values().for_each(visit);
    }
}

thread_local! {
    static TOOLS: RefCell<Option<Rc<Tools>>> = const { RefCell::new(None) };
    static WORLD: RefCell<Weak<RefCell<World>>> = const { RefCell::new(Weak::new()) };
    static ENGINE: RefCell<Option<EngineWeak>> = const { RefCell::new(None) };
    /// The used memory after the last collection that this file asked for.
    static COLLECTED: Cell<usize> = const { Cell::new(0) };
}

/// The least that is allocated between two collections for the sake of stores.
const MIN_GROWTH: usize = 1 << 20;

/// `start({ RuntimeError, tick, list })`
pub fn start(call: Call<'_>) -> JsResult<Value> {
    let given = call.arg(0);
    let tools = Rc::new(Tools {
        runtime_error: given.get("RuntimeError")?,
        tick: given.get("tick")?,
        list: given.get("list")?,
    });
    TOOLS.set(Some(tools));
    Ok(Value::UNDEFINED)
}

/// The functions and classes of the part.
pub fn tools() -> JsResult<Rc<Tools>> {
    TOOLS.with_borrow(|tools| tools.clone().ok_or_else(illegal))
}

pub fn illegal() -> Thrown {
    Thrown::type_error("Illegal invocation")
}

/// The engine of all modules and stores that live.
pub fn engine() -> Engine {
    ENGINE.with_borrow_mut(|known| {
        if let Some(engine) = known.as_ref().and_then(EngineWeak::upgrade) {
            return engine;
        }
        let height = (memory::limit() / 16).clamp(MIN_STACK, MAX_STACK);
        let height = height.min(limits::get().stack as usize);
        let mut config = Config::default();
        // Translating a function may not run out of fuel: the module could not be resumed.
        let costs = CustomFuelCosts {
            bytes_copied_per_fuel: 64,
            fuel_per_bytes_translated: 0,
            fuel_per_bytes_validated: 0,
        };
        config
            .consume_fuel(true)
            .fuel_cost(costs)
            .compilation_mode(CompilationMode::LazyTranslation)
            .set_max_recursion_depth(MAX_FRAMES)
            .set_max_stack_height(height);
        let engine = Engine::new(&config);
        *known = Some(engine.weak());
        engine
    })
}

/// `store(bytes)`: the object of the store. The caller must refer to it from every object of the store.
pub fn store(call: Call<'_>) -> JsResult<Value> {
    current(call.arg(0).as_number().unwrap_or(0.0) as usize)
}

/// The object of the store. Collects garbage first if `wanted` bytes are not free, or if the memory in use has
/// grown by half.
pub fn current(wanted: usize) -> JsResult<Value> {
    let last = COLLECTED.get();
    let is_due = memory::used() > last + (last / 2).max(MIN_GROWTH);
    if is_due || !memory::has_room(wanted) {
        limits::collect_garbage();
        COLLECTED.set(memory::used());
    }
    let world = WORLD.with_borrow(Weak::upgrade);
    if let Some(world) = world {
        return Ok(world.try_borrow().map_err(|_| illegal())?.object.clone());
    }
    let mut store = Store::new(&engine(), Shared::default());
    store.limiter(|shared| shared);
    let _ = store.set_fuel(run::FUEL);
    let world = Rc::new(RefCell::new(World {
        store,
        object: Value::UNDEFINED,
        functions: Vec::new(),
        objects: Vec::new(),
        imports: Vec::new(),
        memories: Vec::new(),
        tables: Vec::new(),
        globals: Vec::new(),
        externs: Externs::default(),
        native: Natives::default(),
        by_address: HashMap::default(),
        by_handle: HashMap::default(),
    }));
    let object = js::hold_visited(world.clone())?;
    if let Ok(mut world) = world.try_borrow_mut() {
        world.object = object.clone();
    }
    WORLD.set(Rc::downgrade(&world));
    Ok(object)
}

/// Runs `run` on the store. It must not run JavaScript.
pub fn with<R>(run: impl FnOnce(&mut World) -> R) -> JsResult<R> {
    let world = WORLD.with_borrow(Weak::upgrade).ok_or_else(illegal)?;
    let mut world = world.try_borrow_mut().map_err(|_| illegal())?;
    Ok(run(&mut world))
}

/// The number that a part passes.
pub fn number(value: &Value) -> u32 {
    value.as_number().unwrap_or(0.0) as u32
}

/// A thing of the store without identity but by its text for debugging, of which this keeps the digits.
fn key(kind: char, handle: &impl Debug) -> String {
    struct Digits(String);
    impl Write for Digits {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for char in text.chars() {
                if char.is_ascii_digit() {
                    self.0.push(char);
                } else if self.0.ends_with(|last: char| last.is_ascii_digit()) {
                    self.0.push(' ');
                }
            }
            Ok(())
        }
    }
    let mut digits = Digits(kind.to_string());
    let _ = write!(digits, "{handle:?}");
    digits.0
}

/// The interpreter's number of a function. Those of an instance follow each other.
pub fn entity_of(func: &Func) -> u32 {
    let key = key('f', func);
    let number = key.trim_end().rsplit(' ').next().unwrap_or_default();
    number.parse().unwrap_or(u32::MAX)
}

impl World {
    /// The number of a thing, and whether it is new: then its number is `next`.
    fn numbered(&mut self, kind: char, handle: &impl Debug, next: usize) -> (u32, bool) {
        let next = next as u32;
        let number = *self.by_handle.entry(key(kind, handle)).or_insert(next);
        (number, number == next)
    }

    /// The number of a memory.
    pub fn memory(&mut self, memory: Memory) -> u32 {
        let (number, is_new) = self.numbered('m', &memory, self.memories.len());
        if is_new {
            self.memories.push(MemoryEntry {
                memory,
                buffer: None,
                place: (0, 0),
            });
        }
        number
    }

    /// The number of a table.
    pub fn table(&mut self, table: Table) -> u32 {
        let (number, is_new) = self.numbered('t', &table, self.tables.len());
        if is_new {
            self.tables.push(table);
        }
        number
    }

    /// The number of a global variable.
    pub fn global(&mut self, global: Global) -> u32 {
        let (number, is_new) = self.numbered('g', &global, self.globals.len());
        if is_new {
            self.globals.push(global);
        }
        number
    }

    /// A function of the store that calls a function of JavaScript.
    pub fn host_function(&mut self, function: &Value, ty: &FuncType) -> Func {
        let import = self.imports.len() as u32;
        self.imports.push(function.clone());
        let func = Func::new(&mut self.store, ty.clone(), move |mut caller, args, _| {
            let crossing = &mut caller.data_mut().crossing;
            crossing.import = import;
            crossing.args = args.to_vec();
            Err(Error::host(Suspend))
        });
        self.register(func, ty.clone(), Some(import));
        func
    }

    pub fn register(&mut self, func: Func, ty: FuncType, import: Option<u32>) -> u32 {
        let (number, is_new) = self.numbered('f', &func, self.functions.len());
        if is_new {
            self.functions.push(Rc::new(Function {
                func,
                ty,
                import,
                entity: entity_of(&func),
                pace: Cell::default(),
                instructions: Cell::default(),
            }));
            // A function without an object yet: it is made when a script first sees it.
            self.objects.push(Value::UNDEFINED);
        }
        number
    }

    /// The function that an object is, if it is one of a module.
    pub fn function_of(&self, object: &Value) -> Option<&Rc<Function>> {
        let number = self.by_address.get(&object.address()?)?;
        self.functions.get(*number as usize)
    }

    /// The object of a function, which is the same each time. `name` is its index in its module.
    pub fn object_of(&mut self, func: Func, name: Option<u32>) -> JsResult<Value> {
        let ty = func.ty(self.store.as_context());
        let params = ty.params().len() as u32;
        let number = self.register(func, ty, None);
        let known = &self.objects[number as usize];
        if !known.is_undefined() {
            return Ok(known.clone());
        }
        let name = name.map_or_else(String::new, |name| name.to_string());
        // The store, so that it lives as long as the function.
        let data = [Value::number(f64::from(number)), self.object.clone()];
        let object = js::function(&name, params, &data, |call| {
            run::call(number_of(call), call.args)
        })?;
        if let Some(address) = object.address() {
            self.by_address.insert(address, number);
        }
        self.objects[number as usize] = object.clone();
        Ok(object)
    }
}

fn number_of(call: Call<'_>) -> u32 {
    call.data.first().map_or(0, number)
}

/// Whether a value is a function of a module.
pub fn is_exported_function(call: Call<'_>) -> JsResult<Value> {
    // Without a store there is no function of a module.
    let world = WORLD.with_borrow(Weak::upgrade);
    let is_one = match world {
        Some(_) => with(|world| world.function_of(&call.arg(0)).is_some())?,
        None => false,
    };
    Ok(Value::boolean(is_one))
}

/// Whether a type has a vector, which JavaScript cannot pass.
pub fn has_vector(types: &[ValType]) -> bool {
    types.contains(&ValType::V128)
}
