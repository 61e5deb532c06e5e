//! Source that is compiled and not run.

use bitflags::bitflags;
use jsvm_snapshot::{Bytecode, BytecodeError};

use super::Vm;
use crate::error::Error;
use crate::source::Source;
use crate::value::Value;

bitflags! {
    /// Parts of the source that [bytecode](Vm::compile_to_bytecode) keeps.
    ///
    /// ```
    /// use jsvm::BytecodeParts;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let code = vm.compile_to_bytecode("() => 1", BytecodeParts::all())?;
    /// let function = vm.load_bytecode(&code)?.call(())?;
    /// assert_eq!(function.to_text()?, "() => 1");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct BytecodeParts: u8 {
        /// The text of functions, for `Function.prototype.toString`. It is kept with positions
        /// only.
        const SOURCE = 1;
        /// Names and positions, for stacks.
        const POSITIONS = 1 << 1;
    }
}

/// Source that is compiled and not run.
impl Vm {
    /// Compiles source: a function without parameters that runs it and returns what
    /// [`eval`](Self::eval) would. A script can be run any number of times; to run a module again
    /// returns the same promise. What a module imports is loaded now.
    ///
    /// The function is a value like any other: as a [root](Self::roots) it is part of a
    /// snapshot.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let step = vm.compile("state = (state * 5 + 3) % 16")?;
    /// vm.eval("var state = 1")?;
    /// assert_eq!(step.call(())?.to::<u32>()?, 8);
    /// assert_eq!(step.call(())?.to::<u32>()?, 11);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `SyntaxError` if it does not parse, or with what the loader of
    /// modules throws; [`Error::Limit`].
    pub fn compile<'a>(&self, source: impl Into<Source<'a>>) -> Result<Value, Error> {
        let source = source.into();
        let options = source.options();
        self.make(|e| {
            e.vm.evaluation()
                .call_compile(e.store, source.text(), &options)
        })
    }

    /// Compiles source to bytes that every VM of this engine can [load](Self::load_bytecode). What
    /// is imported is not part of them.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn compile_to_bytecode<'a>(
        &self,
        source: impl Into<Source<'a>>,
        keep: BytecodeParts,
    ) -> Result<Bytecode, Error> {
        let source = source.into();
        let options = source.options();
        let code = self.shared.try_enter(|e| {
            e.vm.evaluation().call_compile_to_bytecode(
                e.store,
                source.text(),
                &options,
                keep.into(),
            )
        })?;
        Ok(Bytecode::from_code(self.shared.engine, code))
    }

    /// Turns bytecode into a function as [`compile`](Self::compile) makes it. See [`Bytecode`] for
    /// where it may come from.
    ///
    /// # Errors
    /// [`BytecodeError::OtherEngine`] if a VM of another engine compiled it; [`Error::Exception`] with
    /// a `SyntaxError` if it is damaged, or with what the loader of modules throws;
    /// [`Error::Limit`].
    pub fn load_bytecode(&self, bytecode: &Bytecode) -> Result<Value, Error> {
        let found = bytecode.engine();
        if found != self.shared.engine {
            return Err(BytecodeError::OtherEngine { found }.into());
        }
        self.make(|e| {
            e.vm.evaluation()
                .call_load_bytecode(e.store, bytecode.code())
        })
    }
}
