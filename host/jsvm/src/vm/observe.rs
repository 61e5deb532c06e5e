//! Looking at a VM: promises, the engine.

use super::Vm;
use crate::error::Error;
use crate::value::Value;

/// Looking at a VM.
impl Vm {
    /// Records events of promises from now on, until that many events wait to be
    /// [taken](Self::take_promise_events). 0 ends it, which is the default.
    ///
    /// The record is for counting, tracing and finding out which promise waits for which. It is
    /// part of the VM's state, and costs a little for each promise that is created.
    ///
    /// ```
    /// use jsvm::PromiseEventKind;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// vm.record_promises(1000)?;
    /// vm.eval("Promise.resolve(1).then(x => x + 1)")?;
    /// vm.run_jobs()?;
    /// let record = vm.take_promise_events()?;
    /// let made = record.events.iter().filter(|event| event.kind == PromiseEventKind::Made);
    /// assert_eq!(made.map(|event| event.parent).collect::<Vec<_>>(), [None, Some(1)]);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn record_promises(&self, capacity: u32) -> Result<(), Error> {
        self.shared
            .enter(|e| e.vm.promises().call_record_promises(e.store, capacity))
    }

    /// Takes the events that were recorded since the last call.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn take_promise_events(&self) -> Result<PromiseEvents, Error> {
        let events = self
            .shared
            .enter(|e| e.vm.promises().call_take_promise_events(e.store))?;
        Ok(events.into())
    }

    /// Takes the promises that an earlier
    /// [`take_unhandled_rejections`](Self::take_unhandled_rejections) reported and that got a
    /// handler since. The next call of that function forgets them.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn take_handled_rejections(&self) -> Result<Vec<Value>, Error> {
        let promises = self
            .shared
            .enter(|e| e.vm.promises().call_take_handled_rejections(e.store))?;
        let promises = promises.into_iter();
        Ok(promises
            .map(|promise| Value::from_handle(&self.shared, promise))
            .collect())
    }

    /// Takes the stack of the script that was [interrupted](Error::Interrupted) last: a line per frame,
    /// as in [`Exception::stack`](crate::Exception::stack), which
    /// [`Exception::places`](crate::Exception::places) reads.
    ///
    /// It is empty if the stack was taken already, or if no script ran when the call was interrupted, such
    /// as while an event loop waited.
    ///
    /// ```
    /// use std::time::Duration;
    /// use jsvm::{Exception, Limits};
    /// let limits = Limits::default().time(Duration::from_millis(20));
    /// let vm = jsvm::Engine::global()?.vm().limits(limits).build()?;
    /// vm.eval("function spin() {\n  for (;;) {}\n}\nspin()").unwrap_err();
    /// let stack = vm.take_interrupted_stack()?;
    /// assert_eq!(Exception::places(&stack).next().unwrap().line, 2);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`], [`Error::MissingFunction`].
    pub fn take_interrupted_stack(&self) -> Result<String, Error> {
        let taken = self
            .shared
            .enter(|e| e.exports.added.take_interrupted_stack(e.store))?;
        Ok(taken?)
    }

    /// Returns the version of the JavaScript engine inside.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn engine_version(&self) -> Result<String, Error> {
        self.shared
            .enter(|e| e.vm.realm().call_get_engine_info(e.store))
            .map(|info| info.engine_version)
    }

    /// Runs `work`, and frees the handles that were dropped in it before it returns.
    ///
    /// Without it, the VM frees dropped handles with the next call into it.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let before = vm.heap().usage()?.handles;
    /// let name = vm.scope(|| {
    ///     let user = vm.eval("({ profile: { name: 'Ann' } })")?;
    ///     user.get("profile")?.get("name")
    /// })?;
    /// assert_eq!(vm.heap().usage()?.handles, before + 1);
    /// assert_eq!(name.to::<String>()?, "Ann");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// The error of `work`; [`Error::Busy`] from one of the VM's own host functions;
    /// [`Error::Gone`].
    pub fn scope<T>(&self, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let result = work()?;
        // Every call frees what was dropped.
        self.shared.enter(|_| Ok(()))?;
        Ok(result)
    }
}

/// An event of a promise; see [`Vm::record_promises`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm::PromiseEventKind;
/// vm.record_promises(10)?;
/// vm.eval("Promise.resolve(1)")?;
/// let record = vm.take_promise_events()?;
/// let kinds: Vec<_> = record.events.iter().map(|event| event.kind).collect();
/// assert_eq!(kinds, [PromiseEventKind::Made, PromiseEventKind::Fulfilled]);
/// assert_eq!(record.lost, 0);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromiseEvent {
    /// The kind of the event.
    pub kind: PromiseEventKind,
    /// The number of the promise. Numbers count from 1, in the order of the first events.
    pub promise: u64,
    /// The number of the promise that it was derived from.
    pub parent: Option<u64>,
}

/// The kind of a [`PromiseEvent`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm::PromiseEventKind;
/// vm.record_promises(10)?;
/// vm.eval("Promise.resolve(1)")?;
/// let record = vm.take_promise_events()?;
/// let kinds: Vec<_> = record.events.iter().map(|event| event.kind).collect();
/// assert_eq!(kinds, [PromiseEventKind::Made, PromiseEventKind::Fulfilled]);
/// assert_eq!(record.lost, 0);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PromiseEventKind {
    /// The promise was created. It has a parent if `then`, `catch` or `finally` created it.
    Made,
    /// The promise was resolved with another promise or thenable, whose `then` is about to be
    /// called.
    Adopting,
    /// That `then` has been called.
    Adopted,
    /// The promise was fulfilled. A rejected promise without a handler is among the
    /// [rejections](Vm::take_unhandled_rejections).
    Fulfilled,
}

/// The recorded events of promises, from [`Vm::take_promise_events`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm::PromiseEventKind;
/// vm.record_promises(10)?;
/// vm.eval("Promise.resolve(1)")?;
/// let record = vm.take_promise_events()?;
/// let kinds: Vec<_> = record.events.iter().map(|event| event.kind).collect();
/// assert_eq!(kinds, [PromiseEventKind::Made, PromiseEventKind::Fulfilled]);
/// assert_eq!(record.lost, 0);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromiseEvents {
    /// The oldest events, in order.
    pub events: Vec<PromiseEvent>,
    /// How many more events there were, for which there was no room.
    pub lost: u64,
}
