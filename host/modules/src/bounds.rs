//! What may be compiled.

/// Bounds of the modules that are compiled; all others are interpreted.
///
/// Compiling is work that a script can ask for, and it cannot be stopped. Its time and memory grow with the
/// size of a module, and with the product of the size of a function and the number of its variables. SQLite has a sum of
/// these products of 10 Mi, 1.6 Mi of them in one function. The worst module that was found
/// within the defaults took 3.8 s on two cores, and 600 MB.
///
/// ```
/// let bounds = jsvm_modules::Bounds { module: 1 << 20, ..Default::default() };
/// let modules = jsvm_modules::Modules::new().bounds(bounds);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of a module.
    pub module: usize,
    /// Functions of a module.
    pub functions: u32,
    /// Bytes of a function.
    pub function: usize,
    /// Variables of a function, its parameters apart.
    pub locals: u32,
    /// The product of bytes and variables of a function.
    pub function_work: u64,
    /// The sum of these products of all functions of a module.
    pub work: u64,
    /// Bytes of native code that are kept for modules that are loaded again.
    pub kept: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            module: 16 << 20,
            functions: 100_000,
            function: 512 << 10,
            locals: 4_000,
            function_work: 4 << 20,
            work: 48 << 20,
            kept: 128 << 20,
        }
    }
}
