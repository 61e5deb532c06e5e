//! What may be compiled.

/// Bounds of the modules that are compiled; all others are interpreted.
///
/// Compiling is work that a script can ask for, and it cannot be stopped. Its time and memory grow with the
/// size of a module, and with the product of the size of a function and the number of its variables.
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
    /// The sum, over all functions, of the product of bytes and variables.
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
            work: 2 << 30,
            kept: 128 << 20,
        }
    }
}
