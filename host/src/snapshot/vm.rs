//! Between a VM and a snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::component::WasmList;
use wasmtime::{AsContextMut, Store};

use super::header::Header;
use super::image::Image;
use super::{Snapshot, SnapshotError, base};
use crate::bindings::exports::jsvm::engine::snapshot as wit;
use crate::builder::VmBuilder;
use crate::context::Context;
use crate::engine::Engine;
use crate::error::Error;
use crate::shared::{Entered, Shared};
use crate::vm::Vm;

pub(crate) use wit::Origin;

/// The result of the component's function `memory`.
pub(crate) type Memory = (Result<WasmList<u8>, wit::SnapshotError>,);

/// Snapshots.
impl Vm {
    /// The whole state of the VM, which goes on as if nothing had happened.
    ///
    /// It can be taken whenever the VM is not running. What is garbage but has not been collected
    /// is part of it: see [`gc`](Self::gc). See [`snapshot`](crate::snapshot).
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
            let image = Image::of(memory(&mut *e.store, e.memory)?);
            let context = e.store.data();
            let header = Header {
                engine: base::FINGERPRINT,
                id: image.id(),
                parent: None,
                size: image.size,
                wall: context.clock.wall(),
                monotonic: context.monotonic(),
                entropy: context.entropy.position(),
                limits: context.limits.clone(),
                metadata: BTreeMap::new(),
                runs: Header::runs_of(&image.pages),
            };
            Ok(Snapshot {
                header: Arc::new(header),
                image: Some(Arc::new(image)),
                delta: None,
            })
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
        parent.check_engine()?;
        let before = parent.complete()?;
        let mut snapshot = self.snapshot()?;
        let delta = snapshot.complete()?.combined(before);
        let header = Arc::make_mut(&mut snapshot.header);
        header.parent = Some(parent.header.id);
        header.runs = Header::runs_of(&delta.pages);
        snapshot.delta = Some(Arc::new(delta));
        Ok(snapshot)
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
    /// [`Error::Snapshot`] if the snapshot is not complete, is of another build of the engine, or
    /// needs more memory than [`hard_memory`](crate::Limits::hard_memory) allows; and as
    /// [`build`](Self::build).
    pub fn restore(&self, snapshot: &Snapshot) -> Result<Vm, Error> {
        self.thaw(snapshot, Origin::Fork)
    }

    /// Makes a VM from a snapshot that goes on exactly as the one it was taken of would have, with
    /// the same random numbers. Two VMs resumed from one snapshot do the same, as long as they are
    /// told the same.
    ///
    /// For the rest it is [`restore`](Self::restore). If the VM had a [`seed`](Self::seed), it
    /// still has, unless the builder has another.
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
    /// As [`restore`](Self::restore).
    pub fn resume(&self, snapshot: &Snapshot) -> Result<Vm, Error> {
        self.thaw(snapshot, Origin::Resume)
    }

    fn thaw(&self, snapshot: &Snapshot, origin: Origin) -> Result<Vm, Error> {
        snapshot.check_engine()?;
        let image = snapshot.complete()?;
        // The image is all of the memory but the stack before it.
        let bytes = image.size.saturating_add(STACK);
        if bytes > self.limits.hard_memory {
            return Err(SnapshotError::TooLarge {
                bytes,
                limit: self.limits.hard_memory,
            }
            .into());
        }
        let mut context = Context::new(self);
        context.go_on_from(snapshot.header.monotonic);
        if let (Origin::Resume, None, Some(position)) = (origin, self.seed, snapshot.header.entropy)
        {
            context.entropy.go_on_from(position);
        }
        let (store, instance) = self.engine.instantiate(context)?;
        let vm = Vm {
            shared: Shared::new(store, instance),
        };
        vm.shared.enter(|e| write(e, image, origin))??;
        vm.set_limits(&self.limits)?;
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
}

impl Snapshot {
    fn check_engine(&self) -> Result<(), SnapshotError> {
        if self.is_of_this_engine() {
            return Ok(());
        }
        Err(SnapshotError::OtherEngine {
            expected: super::hexadecimal(&base::FINGERPRINT),
            found: self.engine(),
        })
    }
}

/// The memory of a VM, in place.
fn memory<'a>(
    store: &'a mut Store<Context>,
    function: &wasmtime::component::TypedFunc<(), Memory>,
) -> wasmtime::Result<&'a [u8]> {
    let (list,) = function.call(&mut *store, ())?;
    Ok(list.map_err(unexpected)?.as_le_slice(&*store))
}

/// Turns a fresh instance into the one that was frozen.
fn write(e: Entered<'_>, image: &Image, origin: Origin) -> wasmtime::Result<Result<(), Error>> {
    let Entered {
        store, bindings, ..
    } = e;
    let snapshot = bindings.jsvm_engine_snapshot();
    if image.size != base::SIZE {
        let grown = snapshot.call_grow(store.as_context_mut(), image.size)?;
        if grown.is_err() {
            // The size is allowed, so there is no more memory, or a forged size is too small.
            let what = "its size is none that a VM can have, or the system has no memory";
            return Ok(Err(SnapshotError::Malformed(what).into()));
        }
    }
    image.for_each_run(|offset, bytes| {
        let mut store = store.as_context_mut();
        snapshot
            .call_seek(&mut store, offset)?
            .map_err(unexpected)?;
        snapshot
            .call_write(&mut store, offset, bytes)?
            .map_err(unexpected)
    })?;
    snapshot
        .call_restored(store.as_context_mut(), origin)?
        .map_err(unexpected)?;
    Ok(Ok(()))
}

/// None of the errors of the interface can happen to us: the VM is at rest, and everything is
/// inside of its memory.
fn unexpected(error: wit::SnapshotError) -> wasmtime::Error {
    wasmtime::format_err!("the VM refuses to be frozen or thawed: {error}")
}

/// Bytes of the stack, which is no part of an image.
const STACK: u64 = 4 << 20;
