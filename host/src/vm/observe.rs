//! Looking at a VM: promises, the heap, the engine.

use super::Vm;
use crate::bindings::exports::jsvm::engine::vm as wit;
use crate::error::Error;
use crate::value::Value;

pub use wit::{HeapStatistics, PromiseEvent, PromiseEventKind, PromiseEvents};

/// Looking at a VM.
impl Vm {
    /// Records what happens to promises from now on, until that many events wait to be
    /// [taken](Self::take_promise_events). 0 ends it, which is the default.
    ///
    /// Nothing of yours is called while the script runs: it is a record to be read afterwards, for
    /// counting, tracing and finding out what waits for what. It is part of the VM's state. It costs
    /// a little for each promise that is made.
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
            .enter(|e| e.vm.call_record_promises(e.store, capacity))
    }

    /// What was recorded since the last call.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn take_promise_events(&self) -> Result<PromiseEvents, Error> {
        self.shared
            .enter(|e| e.vm.call_take_promise_events(e.store))
    }

    /// The promises that an earlier [`take_unhandled_rejections`](Self::take_unhandled_rejections)
    /// reported and that got a handler since. They are forgotten with the next call of that.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn take_handled_rejections(&self) -> Result<Vec<Value>, Error> {
        let promises = self
            .shared
            .enter(|e| e.vm.call_take_handled_rejections(e.store))?;
        let promises = promises.into_iter();
        Ok(promises
            .map(|promise| Value::from_handle(&self.shared, promise))
            .collect())
    }

    /// Counts what the heap holds, by category and with bytes. It visits every object: it is not
    /// for hot paths.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let before = vm.heap_statistics()?;
    /// vm.eval("var list = Array.from({ length: 1000 }, (_, i) => ({ i }))")?;
    /// let after = vm.heap_statistics()?;
    /// assert!(after.objects > before.objects);
    /// assert!(after.object_bytes > before.object_bytes);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn heap_statistics(&self) -> Result<HeapStatistics, Error> {
        self.shared
            .enter(|e| e.vm.call_get_heap_statistics(e.store))
    }

    /// Version of the JavaScript engine inside.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn engine_version(&self) -> Result<String, Error> {
        self.shared.enter(|e| e.vm.call_engine_version(e.store))
    }

    /// Runs `work`, and frees what was dropped in it before it returns, in one go.
    ///
    /// Handles are freed when they are dropped, but the VM learns of it with the next call into it.
    /// Here it learns of it at a known point: what `work` made and does not return is gone.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let before = vm.memory_usage()?.handles;
    /// let name = vm.scope(|| {
    ///     let user = vm.eval("({ profile: { name: 'Ann' } })")?;
    ///     user.get("profile")?.get("name")
    /// })??;
    /// assert_eq!(vm.memory_usage()?.handles, before + 1);
    /// assert_eq!(name.to::<String>()?, "Ann");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Busy`] from one of the VM's own host functions; [`Error::Gone`].
    pub fn scope<T>(&self, work: impl FnOnce() -> T) -> Result<T, Error> {
        let result = work();
        // Whatever enters frees what was dropped.
        self.shared.enter(|_| Ok(()))?;
        Ok(result)
    }
}
