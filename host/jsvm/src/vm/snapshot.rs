//! Between a VM and a snapshot.

use std::sync::Arc;

use jsvm_snapshot::host::{self, EntropyPosition, Image, OuterState, Pages, Requests};
use jsvm_snapshot::{EngineId, Snapshot, SnapshotError};
use wasmtime::{AsContextMut, Store};

use super::Vm;
use crate::bindings::exports::jsvm::engine::snapshot as wit;
use crate::builder::VmBuilder;
use crate::context::Context;
use crate::engine::Engine;
use crate::entropy::{Entropy, Seed};
use crate::error::Error;
use crate::instance::{Exports, Overlay};
use crate::pagemap;
use crate::shared::{Entered, Shared};

pub(crate) use wit::Origin;

/// Snapshots.
impl Vm {
    /// The engine that the VM is of.
    pub fn engine(&self) -> EngineId {
        self.shared.engine
    }

    /// The whole state of the VM, which goes on as if nothing had happened.
    ///
    /// It can be taken whenever the VM is not running. What is garbage but has not been collected
    /// is part of it: see [`Heap::collect_garbage`](crate::Heap::collect_garbage). See
    /// [`snapshot`](crate::snapshot).
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// let vm = engine.vm().request("sleep").build()?;
    /// vm.eval("var log = []; (async () => { log.push(1); await sleep(10); log.push(2) })()")?;
    ///
    /// // The function is waiting. Two copies of the VM go on from here:
    /// let snapshot = vm.snapshot()?;
    /// for vm in [engine.restore(&snapshot)?, engine.restore(&snapshot)?] {
    ///     let request = vm.unsettled_requests()?.remove(0);
    ///     vm.settle(request.id, Ok::<_, jsvm::HostError>(()))?;
    ///     vm.run_jobs()?;
    ///     assert_eq!(vm.eval("log.join()")?.to::<String>()?, "1,2");
    /// }
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Busy`] from one of the VM's own host functions: JavaScript is running then.
    /// [`Error::Gone`].
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        self.shared.enter(|e| {
            let snapshot = e.exports.bindings.jsvm_engine_snapshot();
            snapshot.call_sweep(&mut *e.store)?.map_err(unexpected)?;
            // Reading the memory borrows the store.
            let context = e.store.data();
            let state = OuterState {
                wall: context.clock.wall(),
                monotonic: context.monotonic(),
                entropy: context.entropy.position(),
                limits: context.limits.clone(),
                requests: *e.requests,
            };
            let base = &e.exports.base;
            Ok(Snapshot::capture(e.exports.memory(e.store)?, base, state))
        })
    }

    /// Calls `read` with all of the VM's state: its memory from the end of its stack on.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Gone`].
    #[doc(hidden)]
    pub fn with_memory<T>(&self, read: impl FnOnce(&[u8]) -> T) -> Result<T, Error> {
        self.shared.enter(|e| {
            let snapshot = e.exports.bindings.jsvm_engine_snapshot();
            snapshot.call_sweep(&mut *e.store)?.map_err(unexpected)?;
            Ok(read(e.exports.memory(e.store)?))
        })
    }

    /// The state of the VM, to be stored as what has changed since an earlier snapshot of it or of
    /// a VM that it was restored from. (Any snapshot will do; the less it has in common with the
    /// VM, the larger the result.)
    ///
    /// It can be restored at once, or [flattened](Snapshot::flatten). To restore it from its bytes,
    /// the parent is needed: see [`Snapshot::attach`] and [`Snapshot::from_chain`].
    ///
    /// # Errors
    /// As [`snapshot`](Self::snapshot). [`SnapshotError::MissingParent`] if the parent is not
    /// complete, [`SnapshotError::OtherEngine`] if it is of another engine.
    pub fn snapshot_since(&self, parent: &Snapshot) -> Result<Snapshot, Error> {
        parent.image()?;
        Ok(self.snapshot()?.since(parent)?)
    }
}

/// Restoring snapshots.
impl VmBuilder {
    /// Makes a VM from a snapshot: a fork, which shares nothing with others from the same
    /// snapshot. Its random numbers are seeded anew.
    ///
    /// Host functions of this builder answer to their names, as those that the VM had before. The
    /// global object is as it was: the builder adds nothing to it. Limits are the builder's; for
    /// those that the VM had, see [`Snapshot::limits`]. The monotonic clock goes on from where it
    /// was, if the builder's is behind.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if the snapshot is not complete, is of another engine, makes requests that
    /// this version of jsvm does not answer, or needs more memory than
    /// [`hard_memory`](crate::Limits::hard_memory) allows; and as [`build`](Self::build).
    pub fn restore(&self, snapshot: &Snapshot) -> Result<Vm, Error> {
        self.thaw(snapshot, Origin::Fork)
    }

    /// Makes a VM from a snapshot that goes on exactly as the one it was taken of would have, with
    /// the same random numbers. Two VMs resumed from one snapshot do the same, as long as they are
    /// told the same.
    ///
    /// For the rest it is [`restore`](Self::restore). If the VM had a [`seed`](Self::seed), it
    /// still has, unless the builder has another. A snapshot that was stored without being
    /// [sealed](crate::snapshot::Encoder::seal) does not hold the seed: give it to the builder again,
    /// and the VM goes on where it was in the numbers of this seed.
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// let vm = engine.vm().build()?;
    /// let snapshot = { vm.eval("Math.random()")?; vm.snapshot()? };
    /// let random = |vm: &jsvm::Vm| vm.eval("Math.random()")?.to::<f64>();
    /// assert_eq!(random(&engine.vm().resume(&snapshot)?)?, random(&vm)?);
    /// assert_ne!(random(&engine.vm().restore(&snapshot)?)?, random(&vm)?);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`restore`](Self::restore); [`SnapshotError::MissingSeed`] if neither the snapshot nor the
    /// builder has the seed.
    pub fn resume(&self, snapshot: &Snapshot) -> Result<Vm, Error> {
        self.thaw(snapshot, Origin::Resume)
    }

    fn thaw(&self, snapshot: &Snapshot, origin: Origin) -> Result<Vm, Error> {
        let base = &self.engine.instances().identity.base;
        snapshot.check_engine(base)?;
        snapshot.check_requests(Requests {
            oldest: jsvm_protocol::OLDEST,
            newest: jsvm_protocol::VERSION,
        })?;
        let image = snapshot.image()?;
        // The image is all of the memory but the stack before it.
        let bytes = image.size().saturating_add(base.start());
        if bytes > self.limits.hard_memory {
            return Err(SnapshotError::TooLarge {
                bytes,
                limit: self.limits.hard_memory,
            }
            .into());
        }
        let mut context = self.context();
        context.go_on_from(snapshot.monotonic());
        if let (Origin::Resume, Some(position)) = (origin, snapshot.entropy()) {
            self.resume_entropy(&mut context, position)?;
        }
        let frozen = Frozen {
            image,
            pages: snapshot.pages(),
            flat: snapshot.flat(),
            origin,
            requests: snapshot.requests(),
        };
        self.vm_with(context, Some(frozen))
    }

    /// Goes on with the seed that the frozen VM had, unless the builder has another.
    fn resume_entropy(
        &self,
        context: &mut Context,
        position: EntropyPosition,
    ) -> Result<(), SnapshotError> {
        let word = position.word;
        match (&self.seed, position.seed.map(Seed::new)) {
            (Some(ours), Some(theirs)) if *ours != theirs => {}
            (Some(seed), _) => context.entropy = Entropy::from_position(seed.clone(), word),
            (None, Some(seed)) => context.entropy = Entropy::from_position(seed, word),
            (None, None) => return Err(SnapshotError::MissingSeed),
        }
        Ok(())
    }

    /// A VM with the limits of this builder and the state of a fresh one, or with that of an
    /// image.
    pub(crate) fn vm_with(
        &self,
        context: Context,
        frozen: Option<Frozen<'_>>,
    ) -> Result<Vm, Error> {
        self.check_extensions()?;
        let instances = self.engine.instances();
        let fresh = instances.identity.base.size();
        let size = frozen.as_ref().map_or(fresh, |f| f.image.size());
        let is_mapped = frozen.as_ref().is_some_and(|f| f.pages.is_some());
        let (instance, used) = instances.get(context, size, is_mapped)?;
        let vm = Vm {
            shared: Shared::new(instance, instances.idle(), &self.async_functions),
        };
        if used.is_some() {
            vm.shared.enter(|e| rewrite(e, frozen.as_ref()))?;
        }
        if let Some(frozen) = frozen {
            vm.shared.enter(|e| write(e, frozen, used))??;
        }
        vm.set_limits(&self.limits)?;
        if let Some(zone) = &self.time_zone {
            vm.set_time_zone(zone)?;
        }
        if self.import_requests {
            vm.set_import_requests(true)?;
        }
        Ok(vm)
    }
}

impl Engine {
    /// Makes a VM from a snapshot, with the default settings: short for
    /// `engine.vm().restore(snapshot)`.
    ///
    /// # Errors
    /// As [`VmBuilder::restore`].
    pub fn restore(&self, snapshot: &Snapshot) -> Result<Vm, Error> {
        self.vm().restore(snapshot)
    }

    /// Prepares a snapshot of this engine for being restored often, as
    /// [`Snapshot::into_lazy`] does for one of the engine in this program.
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// let snapshot = engine.prepare(engine.vm().build()?.snapshot()?)?;
    /// assert_eq!(engine.restore(&snapshot)?.eval("6 * 7")?.to::<u32>()?, 42);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Snapshot`] if the snapshot is of another engine or not complete, or if there is no
    /// memory for it.
    pub fn prepare(&self, snapshot: Snapshot) -> Result<Snapshot, Error> {
        Ok(snapshot.into_lazy_on(&self.instances().identity.base)?)
    }
}

/// What a VM is restored from.
pub(crate) struct Frozen<'a> {
    image: &'a Image,
    /// What of it can be mapped instead of being written.
    pages: Option<&'a Pages>,
    /// All of it as it is in memory.
    flat: Option<&'a Arc<[u8]>>,
    origin: Origin,
    requests: Requests,
}

/// Gives a used instance, whose memory is anything but not too large, the state of a fresh one or
/// of an image, as far as it reaches.
fn rewrite(e: Entered<'_>, frozen: Option<&Frozen<'_>>) -> wasmtime::Result<()> {
    // All is found before anything is written, since reading the memory borrows the store.
    let memory = e.exports.memory(e.store)?;
    if let Some(flat) = frozen.and_then(|frozen| frozen.flat) {
        // Then only what was written to since can differ.
        let is_known = e
            .restored
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, flat));
        let written = is_known.then(|| pagemap::written(memory)).flatten();
        for run in host::runs(memory, &e.exports.base, flat, written) {
            let offset = run.start as u64;
            put(&mut *e.store, e.exports, offset, &flat[run])?;
        }
        return Ok(());
    }
    *e.restored = None;
    let stretches = host::differing(memory, &e.exports.base, frozen.map(|frozen| frozen.image));
    for (offset, bytes) in stretches.iter() {
        put(&mut *e.store, e.exports, offset, bytes)?;
    }
    Ok(())
}

/// Turns a fresh instance into the one that was frozen, or a used one, of which as much as its size
/// says has been rewritten.
fn write(
    e: Entered<'_>,
    frozen: Frozen<'_>,
    used: Option<u64>,
) -> wasmtime::Result<Result<(), Error>> {
    let Entered {
        store,
        exports,
        overlay,
        restored,
        requests,
        ..
    } = e;
    let Frozen {
        image,
        pages,
        flat,
        origin,
        requests: frozen_requests,
    } = frozen;
    let (base, fresh) = (&exports.base, exports.base.size());
    let snapshot = exports.bindings.jsvm_engine_snapshot();
    let size = used.unwrap_or(fresh);
    if image.size() != size {
        let grown = snapshot.call_grow(store.as_context_mut(), image.size())?;
        if grown.is_err() {
            // The size is allowed, so there is no more memory, or a forged size is too small.
            let what = "its size is none that a VM can have, or the system has no memory";
            return Ok(Err(SnapshotError::Malformed(what).into()));
        }
    }
    if used.is_none() {
        image.for_each_run(base, 0..size, |offset, bytes| {
            put(store, exports, offset, bytes)
        })?;
    }
    match pages {
        // They are the memory beyond a fresh VM's.
        Some(pages) if size == fresh => {
            let memory = exports.memory(store)?;
            let range = memory.as_ptr_range();
            match Overlay::map(pages, store, range, fresh) {
                Ok(mapped) => *overlay = Some(mapped),
                Err(error) => {
                    return Ok(Err(Error::SnapshotMapping(Arc::new(error))));
                }
            }
        }
        _ => image.for_each_run(base, size..u64::MAX, |offset, bytes| {
            put(store, exports, offset, bytes)
        })?,
    }
    *restored = flat.cloned();
    *requests = requests.with(frozen_requests);
    snapshot
        .call_restored(store.as_context_mut(), origin, None)?
        .map_err(unexpected)?;
    Ok(Ok(()))
}

/// Replaces a stretch of the memory.
fn put(
    store: &mut Store<Context>,
    exports: &Exports,
    offset: u64,
    bytes: &[u8],
) -> wasmtime::Result<()> {
    let snapshot = exports.bindings.jsvm_engine_snapshot();
    snapshot
        .call_seek(&mut *store, offset)?
        .map_err(unexpected)?;
    snapshot
        .call_write(&mut *store, offset, bytes)?
        .map_err(unexpected)
}

/// None of the errors of the interface can happen to us: the VM is at rest, and everything is
/// inside of its memory.
pub(crate) fn unexpected(error: wit::SnapshotError) -> wasmtime::Error {
    wasmtime::format_err!("the VM refuses to be frozen or thawed: {error}")
}
