//! Host functions that call JavaScript functions.

use std::sync::Arc;

use super::VmBuilder;
use crate::callback::CallingFunction;

/// Host functions that call JavaScript functions.
impl VmBuilder {
    /// A function of the global object that calls a closure of Rust, which can call JavaScript
    /// functions before it returns.
    ///
    /// The closure cannot use the VM while the VM waits for it. So it answers what to do next: its
    /// [`Answer`](crate::Answer) returns a value, or calls a function and goes on with the outcome.
    ///
    /// ```
    /// use jsvm::{Answer, Token};
    ///
    /// /// Calls `predicate` with numbers until it returns `true`.
    /// fn search(predicate: Token, number: u32) -> Answer {
    ///     let again = predicate.clone();
    ///     Answer::call(&predicate, (number,)).then(move |found| match found?.convert()? {
    ///         true => Answer::value(number),
    ///         false => Ok(search(again, number + 1)),
    ///     })
    /// }
    ///
    /// let vm = jsvm::Engine::global()?.vm().calling_function("search", search).build()?;
    /// assert_eq!(vm.eval("search(n => n * n > 50, 1)")?.to::<u32>()?, 8);
    /// let error = vm.eval("search(n => { throw new RangeError('no') }, 1)").unwrap_err();
    /// assert_eq!(error.to_string(), "RangeError: no");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// * What the JavaScript function throws is the `Err` of the outcome.
    /// * The functions that it calls may call host functions, to any depth that the VM's stack
    ///   allows. Beyond that, the call throws a `RangeError`.
    /// * A snapshot cannot be taken meanwhile: [`Error::Busy`](crate::Error::Busy).
    /// * Limits hold as for any script. If the VM interrupts the call, the closures that wait are
    ///   dropped.
    ///
    /// An engine without this feature makes [`build`](Self::build) fail with
    /// [`Error::MissingFunction`](crate::Error::MissingFunction).
    #[must_use]
    pub fn calling_function<Args, F: CallingFunction<Args>>(
        mut self,
        name: impl Into<String>,
        function: F,
    ) -> Self {
        let name = name.into();
        self.forget_global(&name);
        self.calling_globals.push((name.clone(), F::ARITY));
        self.calling_handler(name, function)
    }

    /// A closure as in [`calling_function`](Self::calling_function), without a property of the global
    /// object: for functions made with [`Vm::create_calling_function`](crate::Vm::create_calling_function), and for VMs that are
    /// [restored](Self::restore).
    #[must_use]
    pub fn calling_handler<Args>(
        mut self,
        name: impl Into<String>,
        function: impl CallingFunction<Args>,
    ) -> Self {
        Arc::make_mut(&mut self.functions).insert_calling(name.into(), function);
        self
    }
}
