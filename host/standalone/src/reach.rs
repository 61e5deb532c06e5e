//! Finds what a program can reach, so that the rest can be left out.
//!
//! Functions of JavaScript are objects of the heap, and a program finds them by their names. One whose
//! name does not occur in the program is replaced by a function that throws an error
//! ([`names`]). Then everything is reached that the exports, the heap, and the functions and constants
//! reached before refer to. The linker has written down all of these references ([`References`]). Only
//! the heap has none: each of its words that could be the number of a function or the address of a
//! constant counts as one.

mod names;
mod parts;
mod possible;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use jsvm_component::References;

use self::names::Names;
pub use self::parts::Parts;
use self::possible::Possible;
use super::inclusion::Inclusion;
use super::module::{Contents, Failure};

/// A program's memory.
#[derive(Clone, Copy)]
pub struct Program<'a> {
    /// The memory of a fresh VM, which may be shorter.
    pub base: &'a [u8],
    /// The memory with the program.
    pub memory: &'a [u8],
    /// The address of the first byte of both.
    pub start: u32,
    /// Bytes at the beginning that do not change.
    pub constants: u32,
    /// Whether the program can fetch or serve.
    pub has_http: bool,
    /// Whether the program has modules that it may import later.
    pub has_modules: bool,
}

impl Program<'_> {
    /// The words of the memory that changes.
    fn heap_words(&self) -> impl Iterator<Item = u32> {
        let heap = &self.memory[self.constants as usize..];
        heap.as_chunks()
            .0
            .iter()
            .map(|word| u32::from_le_bytes(*word))
    }

    /// Whether an address is in the memory that does not change.
    fn has_constant(&self, address: u32) -> bool {
        (self.start..self.start + self.constants).contains(&address)
    }
}

/// The index of the constant at an address.
fn constant_at(references: &References, address: u32) -> Option<u32> {
    let constants = &references.constants;
    let index = constants.partition_point(|it| it.start + it.len <= address);
    let found = constants.get(index)?;
    (found.start <= address).then_some(index as u32)
}

/// What to leave out of a module.
pub struct Plan {
    /// Whether each function that the module defines is reached.
    pub is_reached: Vec<bool>,
    /// The functions that others replace in the table, with the address of the name.
    pub replaced: HashMap<u32, u32>,
    /// The memory to store.
    pub memory: Vec<u8>,
    /// The address of the format of errors.
    pub format: u32,
    /// The function that throws.
    pub throw: u32,
    /// Names of what is left out.
    pub left_out: BTreeSet<String>,
}

/// The format of the error that a function throws which was left out.
const FORMAT: &[u8] =
    b"%s was left out of this file, because the program does not name it. Include it by jsvm build --with\0";

impl Plan {
    /// Decides what to leave out. Returns `None` if everything has to stay.
    pub fn new(
        references: &References,
        module: &Contents<'_>,
        exports: &HashSet<String>,
        program: Program<'_>,
        inclusion: &Inclusion,
    ) -> Option<Plan> {
        if inclusion.everything {
            return None;
        }
        let mut memory = program.memory.to_vec();
        let parts = Parts::read(
            &memory,
            references.compiled_parts.checked_sub(program.start)?,
        )?;
        let names = Names::new(references, program, inclusion, parts);
        let mut left_out: BTreeSet<String> = names.parts.left_out().map(str::to_owned).collect();

        let mut reach = Reach::new(references, module, program);
        for part in &references.parts {
            if let Some(function) = part.function {
                reach.excluded.insert(function, Excluded::Uncalled);
            }
        }
        for part in references
            .parts
            .iter()
            .filter(|part| names.parts.is_included(&part.name))
        {
            if let Some(function) = part.function {
                reach.excluded.remove(&function);
            }
        }
        let idle: HashSet<u32> = reach.excluded.keys().copied().collect();
        let possible = Possible::new(references, module, program, idle);
        let mut by_function: HashMap<u32, Vec<_>> = HashMap::new();
        for builtin in &references.builtins {
            by_function
                .entry(builtin.function)
                .or_default()
                .push(builtin);
        }
        for (function, builtins) in by_function {
            let is_named = builtins.iter().any(|builtin| names.has(&builtin.name));
            if !is_named && module.failure_of(function) == Some(Failure::Exception) {
                reach
                    .excluded
                    .insert(function, Excluded::Builtin(builtins[0].entry));
            }
        }
        for (index, feature) in references.features.iter().enumerate() {
            let fits = feature
                .functions
                .iter()
                .all(|it| module.failure_of(*it).is_some());
            if !names.has_feature(feature, program) && fits {
                for function in &feature.functions {
                    reach.excluded.insert(*function, Excluded::Feature(index));
                }
                for function in &feature.inner {
                    reach.excluded.insert(*function, Excluded::Uncalled);
                }
            }
        }
        for excluded in reach.excluded.values() {
            // Errors read the name.
            if let Excluded::Builtin(entry) = excluded {
                reach.constants.extend(constant_at(references, *entry));
            }
        }
        reach.walk(module.exported(exports), &possible);

        names.parts.write(&mut memory);
        let dead = reach.dead_constants();
        let features: Vec<&str> = references.features.iter().map(|it| &*it.name).collect();
        let messages = Messages::new(&features);
        let has_room = |range: &&Range<u32>| range.end - range.start >= messages.len() + 4;
        let place = dead.iter().find(has_room)?;
        let place = place.start.next_multiple_of(4);
        for range in &dead {
            let range = range.start - program.start..range.end - program.start;
            memory[range.start as usize..range.end as usize].fill(0);
        }
        messages.write(&mut memory, place, program.start);

        let mut replaced = HashMap::new();
        for (function, excluded) in &reach.excluded {
            let name = match excluded {
                Excluded::Uncalled => continue,
                Excluded::Builtin(entry) => *entry,
                Excluded::Feature(index) => place + messages.names[*index],
            };
            replaced.insert(*function, name);
        }
        for builtin in &references.builtins {
            if replaced.contains_key(&builtin.function) {
                left_out.insert(builtin.name.clone());
            }
        }
        for feature in &references.features {
            if feature.functions.iter().all(|it| replaced.contains_key(it)) {
                left_out.insert(feature.name.clone());
            }
        }
        Some(Plan {
            is_reached: reach.is_reached,
            replaced,
            memory,
            format: place,
            throw: references.throw,
            left_out,
        })
    }
}

/// Why a function is not reached by its number in the table.
#[derive(Clone, Copy)]
enum Excluded {
    /// Nothing calls it: it creates helpers of a part that is left out, or belongs to another function.
    Uncalled,
    /// The address of the entry with its name.
    Builtin(u32),
    /// The index of the feature.
    Feature(usize),
}

struct Reach<'a> {
    references: &'a References,
    module: &'a Contents<'a>,
    program: Program<'a>,
    excluded: HashMap<u32, Excluded>,
    is_reached: Vec<bool>,
    is_constant_reached: Vec<bool>,
    functions: Vec<u32>,
    constants: Vec<u32>,
}

impl<'a> Reach<'a> {
    fn new(references: &'a References, module: &'a Contents<'a>, program: Program<'a>) -> Self {
        Reach {
            references,
            module,
            program,
            excluded: HashMap::new(),
            is_reached: vec![false; references.functions.len()],
            is_constant_reached: vec![false; references.constants.len()],
            functions: Vec::new(),
            constants: Vec::new(),
        }
    }

    fn walk(&mut self, exported: Vec<u32>, possible: &Possible<'_>) {
        self.root(exported);
        self.search_heap(possible);
        self.spread();
    }

    /// Begins with what has to be there in any case.
    fn root(&mut self, exported: impl IntoIterator<Item = u32>) {
        self.functions.extend(exported);
        self.functions.extend(&self.references.rooted_functions);
        self.functions.push(self.references.throw);
        self.constants.extend(&self.references.rooted_constants);
    }

    /// Goes on to all that was reached refers to.
    fn spread(&mut self) {
        loop {
            if let Some(function) = self.functions.pop() {
                self.function(function);
            } else if let Some(constant) = self.constants.pop() {
                self.constant(constant);
            } else {
                break;
            }
        }
    }

    fn function(&mut self, function: u32) {
        let Some(index) = function.checked_sub(self.module.imported) else {
            return;
        };
        let index = index as usize;
        if std::mem::replace(&mut self.is_reached[index], true) {
            return;
        }
        let uses = &self.references.functions[index];
        self.functions.extend(&uses.calls);
        self.constants.extend(&uses.constants);
        for taken in &uses.takes {
            // The function may make an object of it, so it is more than a property that is left out.
            if let Some(Excluded::Builtin(_)) = self.excluded.get(taken) {
                self.excluded.remove(taken);
            }
            self.taken(*taken);
        }
    }

    fn taken(&mut self, function: u32) {
        if !self.excluded.contains_key(&function) {
            self.functions.push(function);
        }
    }

    fn constant(&mut self, index: u32) {
        if std::mem::replace(&mut self.is_constant_reached[index as usize], true) {
            return;
        }
        let constant = &self.references.constants[index as usize];
        for function in &constant.takes {
            self.taken(*function);
        }
        self.constants.extend(&constant.constants);
    }

    /// Finds numbers of functions and addresses of constants in the memory that changes.
    fn search_heap(&mut self, possible: &Possible<'_>) {
        let program = self.program;
        for word in program.heap_words() {
            if program.has_constant(word) {
                let constant = constant_at(self.references, word);
                self.constants
                    .extend(constant.filter(|it| possible.has_constant(*it)));
            } else if let Some(function) = self.module.function_of(word)
                && possible.has_function(function)
            {
                self.taken(function);
            }
        }
    }

    fn dead_constants(&self) -> Vec<Range<u32>> {
        let constants = self.references.constants.iter();
        constants
            .zip(&self.is_constant_reached)
            .filter(|(_, is_reached)| !**is_reached)
            .map(|(constant, _)| constant.start..constant.start + constant.len)
            .collect()
    }
}

/// The format of errors, and for each feature a pointer to its name.
struct Messages {
    bytes: Vec<u8>,
    /// Offsets of pointers.
    names: Vec<u32>,
    /// Offsets of names.
    texts: Vec<u32>,
}

impl Messages {
    fn new(features: &[&str]) -> Self {
        let mut bytes = FORMAT.to_vec();
        let mut texts = Vec::new();
        for name in features {
            texts.push(bytes.len() as u32);
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(0);
        }
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let mut names = Vec::new();
        for _ in features {
            names.push(bytes.len() as u32);
            bytes.extend_from_slice(&[0; 4]);
        }
        Messages {
            bytes,
            names,
            texts,
        }
    }

    fn len(&self) -> u32 {
        self.bytes.len() as u32
    }

    fn write(&self, memory: &mut [u8], place: u32, start: u32) {
        let at = (place - start) as usize;
        memory[at..at + self.bytes.len()].copy_from_slice(&self.bytes);
        for (pointer, text) in self.names.iter().zip(&self.texts) {
            let at = at + *pointer as usize;
            memory[at..at + 4].copy_from_slice(&(place + text).to_le_bytes());
        }
    }
}
