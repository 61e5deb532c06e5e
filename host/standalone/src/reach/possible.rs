//! Finds the functions and constants that a heap can refer to.
//!
//! A heap has the number of a function only if code that has run refers to the function. A part of the engine
//! that never ran, such as the interpreter of WebAssembly, can have thousands of functions, and many a word of a
//! heap looks like the number of one. So words do not count as numbers of functions, nor as addresses of
//! constants, to which only such parts refer.

use std::collections::HashSet;

use jsvm_component::References;

use super::super::module::Contents;
use super::{Excluded, Program, Reach};

/// A function that creates a part makes all of its functions at once, so most of their numbers are in the heap. By
/// chance, a tenth of them are. One of this many means that it has run.
const FOUND_OF: usize = 4;

/// What the code that has run refers to, directly or not.
pub struct Possible<'a>(Reach<'a>);

impl<'a> Possible<'a> {
    /// Walks through all that an engine can have run. The functions in `idle` create parts that the program does not
    /// name. They count as run nevertheless if the heap has what they make.
    pub fn new(
        references: &'a References,
        module: &'a Contents<'a>,
        program: Program<'a>,
        mut idle: HashSet<u32>,
    ) -> Self {
        let possible = Possible::without(references, module, program, &idle);
        let numbers: HashSet<u32> = program
            .heap_words()
            .filter_map(|word| module.function_of(word))
            .collect();
        let before = idle.len();
        idle.retain(|function| {
            let made = possible.made_by(*function);
            let found = made.iter().filter(|made| numbers.contains(made)).count();
            found == 0 || found * FOUND_OF < made.len()
        });
        if idle.len() == before {
            return possible;
        }
        Possible::without(references, module, program, &idle)
    }

    fn without(
        references: &'a References,
        module: &'a Contents<'a>,
        program: Program<'a>,
        idle: &HashSet<u32>,
    ) -> Self {
        let mut reach = Reach::new(references, module, program);
        let excluded = idle.iter().map(|function| (*function, Excluded::Uncalled));
        reach.excluded.extend(excluded);
        reach.root(module.all_exported());
        reach.functions.extend(&references.initial_functions);
        reach.constants.extend(&references.initial_constants);
        let builtins = references.builtins.iter();
        reach.functions.extend(builtins.map(|it| it.function));
        reach.spread();
        Possible(reach)
    }

    /// The functions of JavaScript that a function creates, and that nothing else can have created: those whose
    /// numbers it has itself, or a function that it calls, or a constant of it.
    fn made_by(&self, function: u32) -> Vec<u32> {
        let references = self.0.references;
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
            .is_none_or(|index| self.0.is_reached[index])
    }

    /// Whether the heap can have an address of a constant.
    pub fn has_constant(&self, constant: u32) -> bool {
        self.0.is_constant_reached[constant as usize]
    }

    /// The index of a function that the module defines.
    fn index(&self, function: u32) -> Option<usize> {
        let index = function.checked_sub(self.0.module.imported)?;
        Some(index as usize)
    }
}
