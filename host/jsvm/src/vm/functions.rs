//! Host functions that come and go while a VM lives.

use std::sync::{Arc, Weak};

use jsvm_data::Captured;

use super::Vm;
use crate::callback::CallingFunction;
use crate::error::Error;
use crate::function::{HostError, HostFunction};
use crate::serde::ArgumentReader;
use crate::value::Value;

/// A JavaScript function that calls a closure of Rust as long as this lives, from
/// [`Vm::create_ephemeral_function`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let one = vm.create_ephemeral_function(|| 1)?;
/// let function = one.value().clone();
/// assert_eq!(function.call(())?.to::<u32>()?, 1);
/// drop(one);
/// assert!(function.call(()).is_err());
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Debug)]
pub struct EphemeralFunction {
    function: Value,
    _closure: Arc<Closure>,
}

struct Closure(Box<Erased>);

type Erased = dyn Fn(&mut ArgumentReader<'_>) -> Result<Captured, HostError> + Send + Sync;

impl std::fmt::Debug for Closure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Closure(..)")
    }
}

impl EphemeralFunction {
    /// The function. A script may keep it, but when this is dropped it throws a `TypeError`.
    pub fn value(&self) -> &Value {
        &self.function
    }
}

/// Host functions that come and go while a VM lives.
impl Vm {
    /// Makes a closure answer host calls of a name, in place of an earlier one. It is
    /// [`VmBuilder::handler`](crate::VmBuilder::handler) for a VM that exists already. Functions
    /// are created with [`create_host_function`](Self::create_host_function).
    ///
    /// A snapshot holds the functions, but not the closures.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// vm.add_handler("double", |n: f64| 2.0 * n)?;
    /// let double = vm.create_host_function("double", 1)?;
    /// assert_eq!(double.call((4,))?.to::<f64>()?, 8.0);
    /// assert!(vm.remove_handler("double")?);
    /// assert!(double.call((4,)).is_err());
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Busy`] from one of the VM's own host functions.
    pub fn add_handler<Args>(
        &self,
        name: impl Into<String>,
        function: impl HostFunction<Args>,
    ) -> Result<(), Error> {
        let name = name.into();
        self.shared.enter(|e| {
            Arc::make_mut(&mut e.store.data_mut().functions).insert(name, function);
            Ok(())
        })
    }

    /// Makes a closure that can call JavaScript functions answer calls of a name, in place of an
    /// earlier one. It is [`VmBuilder::calling_handler`](crate::VmBuilder::calling_handler) for a VM
    /// that exists already.
    ///
    /// ```
    /// use jsvm::{Answer, Token};
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// vm.add_calling_handler("run", |function: Token| Answer::call(&function, ()))?;
    /// let run = vm.create_calling_function("run", 1)?;
    /// assert_eq!(run.call((vm.eval("() => 'ran'")?,))?.to::<String>()?, "ran");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Busy`] from one of the VM's own host functions.
    pub fn add_calling_handler<Args>(
        &self,
        name: impl Into<String>,
        function: impl CallingFunction<Args>,
    ) -> Result<(), Error> {
        let name = name.into();
        self.shared.enter(|e| {
            Arc::make_mut(&mut e.store.data_mut().functions).insert_calling(name, function);
            Ok(())
        })
    }

    /// Creates a JavaScript function that calls the closure of a name, which can call JavaScript
    /// functions. `length` is its property of that name.
    ///
    /// # Errors
    /// [`Error::MissingFunction`]; [`Error::Limit`].
    pub fn create_calling_function(&self, name: &str, length: u32) -> Result<Value, Error> {
        let handle = self.shared.try_enter(|e| {
            let added = &e.exports.added;
            Ok(
                match added.create_calling_function(e.store, name, length)? {
                    Ok(function) => function.map(Ok),
                    Err(missing) => Ok(Err(missing)),
                },
            )
        })?;
        Ok(Value::from_handle(&self.shared, handle?))
    }

    /// Removes the closure that answers host calls of a name, which throw a `TypeError` from then
    /// on. Returns whether there was one.
    ///
    /// # Errors
    /// [`Error::Busy`] from one of the VM's own host functions.
    pub fn remove_handler(&self, name: &str) -> Result<bool, Error> {
        self.shared
            .enter(|e| Ok(Arc::make_mut(&mut e.store.data_mut().functions).remove(name)))
    }

    /// Creates a function that calls a closure as long as the result lives: for a callback that is
    /// needed for a moment.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let seen = Arc::new(Mutex::new(Vec::new()));
    /// let visit = vm.create_ephemeral_function({
    ///     let seen = seen.clone();
    ///     move |item: u32| seen.lock().unwrap().push(item)
    /// })?;
    /// vm.eval("[1, 2, 3]")?.call_method("forEach", (visit.value(),))?;
    /// assert_eq!(*seen.lock().unwrap(), [1, 2, 3]);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Busy`] from one of the VM's own host functions; [`Error::Limit`].
    pub fn create_ephemeral_function<Args, F: HostFunction<Args>>(
        &self,
        function: F,
    ) -> Result<EphemeralFunction, Error> {
        // The VM never gives a number twice, even after it was restored. So a function from before
        // cannot call this closure, and the same program has the same names every time.
        let number = self.create_token(&self.global()?)?.number();
        let name = format!("jsvm:ephemeral:{number}");
        let closure = Arc::new(Closure(Box::new(move |args| function.call(args))));
        let weak: Weak<Closure> = Arc::downgrade(&closure);
        self.shared.enter(|e| {
            let context = e.store.data_mut();
            let functions = Arc::make_mut(&mut context.functions);
            context.ephemeral.retain(|(name, closure)| {
                let lives = closure.strong_count() > 0;
                if !lives {
                    functions.remove(name);
                }
                lives
            });
            let erased: Weak<dyn std::any::Any + Send + Sync> = weak.clone();
            context.ephemeral.push((name.clone(), erased));
            functions.insert_erased(name.clone(), move |args| match weak.upgrade() {
                Some(closure) => (closure.0)(args),
                None => Err(HostError::type_error("the host function is gone")),
            });
            Ok(())
        })?;
        Ok(EphemeralFunction {
            function: self.create_host_function(&name, F::ARITY)?,
            _closure: closure,
        })
    }
}
