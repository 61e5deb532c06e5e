//! What the functions and constants of the VM's module need of each other.
//!
//! The linker knows it while it makes the module. `jsvm build` leaves out what a program cannot reach.

use serde::{Deserialize, Serialize};

/// The references inside the module of the VM. Functions are indices in the module, constants are
/// indices of [`constants`](Self::constants).
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct References {
    /// What each function needs that the module defines, in the order of the module.
    pub functions: Vec<FunctionUses>,
    /// Constants, by their addresses. They do not overlap. Bytes between them belong to none.
    pub constants: Vec<Constant>,
    /// Constants that something else than a function or constant needs.
    pub rooted_constants: Vec<u32>,
    /// Functions that something else than a function or constant needs.
    pub rooted_functions: Vec<u32>,
    /// Functions that made the memory of a fresh VM, or whose numbers were in it from the beginning.
    pub initial_functions: Vec<u32>,
    /// Constants whose addresses were in the memory from the beginning.
    pub initial_constants: Vec<u32>,
    /// Functions of JavaScript that a program reaches by a name.
    pub builtins: Vec<Builtin>,
    /// Functions of JavaScript that a program reaches by one of several names.
    pub features: Vec<Feature>,
    /// Parts of the web platform.
    pub parts: Vec<Part>,
    /// A function that throws a `TypeError`: of a context, a format and its arguments.
    pub throw: u32,
    /// The address of the compiled parts of the web platform.
    pub compiled_parts: u32,
}

/// What a function needs.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct FunctionUses {
    /// Functions that it calls.
    pub calls: Vec<u32>,
    /// Functions whose number in the table it has.
    pub takes: Vec<u32>,
    /// Constants whose address it has.
    pub constants: Vec<u32>,
}

/// A constant in memory.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Constant {
    /// The address of its first byte.
    pub start: u32,
    /// Its length in bytes.
    pub len: u32,
    /// Functions whose number it contains.
    pub takes: Vec<u32>,
    /// Constants whose address it contains.
    pub constants: Vec<u32>,
}

/// A function of JavaScript in a list of the engine.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Builtin {
    /// The name of the property.
    pub name: String,
    /// The address of the entry, which begins with the address of the name.
    pub entry: u32,
    /// The function.
    pub function: u32,
}

/// Functions of JavaScript that are left out together.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Feature {
    /// The name for users.
    pub name: String,
    /// The identifiers by which a program reaches it. One that ends with `(` has to be called.
    pub identifiers: Vec<String>,
    /// Its functions that are called by their number.
    pub functions: Vec<u32>,
    /// Functions that only those call by their number.
    pub inner: Vec<u32>,
}

/// A part of the web platform that is written in JavaScript.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The name of its file in `guest/web`.
    pub name: String,
    /// Its names in the global object.
    pub globals: Vec<String>,
    /// If there are any, other parts need it only when a script uses one of these properties.
    pub properties: Vec<String>,
    /// The function that creates its helpers, if it has some. Several parts may have the same.
    pub function: Option<u32>,
}
