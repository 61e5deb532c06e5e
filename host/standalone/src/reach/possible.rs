//! Finds the functions and constants that a heap can refer to.
//!
//! A heap has the number of a function only if code that has run refers to the function. A part of the engine
//! that never ran, such as the interpreter of WebAssembly, can have thousands of functions, and many a word of a
//! heap looks like the number of one. So words do not count as numbers of functions, nor as addresses of
//! constants, to which only such parts refer.

use std::collections::HashSet;

use jsvm_component::References;

use super::super::module::Contents;
use super::Program;

/// A function that creates a part makes all of its functions at once, so most of their numbers are in the heap. By
/// chance, a tenth of them are. One of this many means that it has run.
const FOUND_OF: usize = 4;

/// What the code that has run refers to, directly or not.
pub struct Possible {
    functions: Vec<bool>,
    constants: Vec<bool>,
    imported: u32,
}

impl Possible {
    /// Walks through all that an engine can have run. The functions in `idle` create parts that the program does not
    /// name. They count as run nevertheless if the heap has what they make.
    pub fn new(
        references: &References,
        module: &Contents<'_>,
        program: Program<'_>,
        mut idle: HashSet<u32>,
    ) -> Self {
        let possible = Possible::without(references, module, &idle);
        let numbers: HashSet<u32> = program
            .heap_words()
            .filter_map(|word| module.function_of(word))
            .collect();
        let before = idle.len();
        idle.retain(|function| {
            let made = possible.made_by(*function, references);
            let found = made.iter().filter(|made| numbers.contains(made)).count();
            found == 0 || found * FOUND_OF < made.len()
        });
        if idle.len() == before {
            return possible;
        }
        Possible::without(references, module, &idle)
    }

    fn without(references: &References, module: &Contents<'_>, idle: &HashSet<u32>) -> Self {
        let mut possible = Possible {
            functions: vec![false; references.functions.len()],
            constants: vec![false; references.constants.len()],
            imported: module.imported,
        };
        let mut functions: Vec<u32> = module.all_exported().collect();
        functions.extend(&references.rooted_functions);
        functions.extend(&references.initial_functions);
        functions.extend(references.builtins.iter().map(|builtin| builtin.function));
        functions.push(references.throw);
        let mut constants = references.rooted_constants.clone();
        constants.extend(&references.initial_constants);
        loop {
            if let Some(function) = functions.pop() {
                let Some(index) = possible.index(function) else {
                    continue;
                };
                if idle.contains(&function)
                    || std::mem::replace(&mut possible.functions[index], true)
                {
                    continue;
                }
                let uses = &references.functions[index];
                functions.extend(uses.calls.iter().chain(&uses.takes));
                constants.extend(&uses.constants);
            } else if let Some(constant) = constants.pop() {
                if !std::mem::replace(&mut possible.constants[constant as usize], true) {
                    let constant = &references.constants[constant as usize];
                    functions.extend(&constant.takes);
                    constants.extend(&constant.constants);
                }
            } else {
                return possible;
            }
        }
    }

    /// The functions of JavaScript that a function creates, and that nothing else can have created: those whose
    /// numbers it has itself, or a function that it calls, or a constant of it.
    fn made_by(&self, function: u32, references: &References) -> Vec<u32> {
        let Some(index) = self.index(function) else {
            return Vec::new();
        };
        let uses = &references.functions[index];
        let called = uses
            .calls
            .iter()
            .filter_map(|called| Some(&references.functions[self.index(*called)?].takes));
        let constants = uses
            .constants
            .iter()
            .map(|constant| &references.constants[*constant as usize].takes);
        [&uses.takes]
            .into_iter()
            .chain(called)
            .chain(constants)
            .flatten()
            .copied()
            .filter(|function| !self.has_function(*function))
            .collect()
    }

    /// Whether the heap can have the number of a function.
    pub fn has_function(&self, function: u32) -> bool {
        self.index(function)
            .is_none_or(|index| self.functions[index])
    }

    /// Whether the heap can have an address of a constant.
    pub fn has_constant(&self, constant: u32) -> bool {
        self.constants[constant as usize]
    }

    fn index(&self, function: u32) -> Option<usize> {
        Some(function.checked_sub(self.imported)? as usize)
    }
}
