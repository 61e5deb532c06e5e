//! Instances of the component, fresh ones and used ones.
//!
//! Most of what a fresh instance costs is page faults: its memory is mapped anew, and each page
//! that the VM touches has to be copied. So a few instances whose VM is gone are kept, with the
//! memory as it was left; the next VM rewrites only what differs from what it needs. Nothing
//! else of an instance changes while it lives: its state is its memory.

mod added;
mod counters;
mod lend;
mod memory;
mod overlay;
mod scrub;

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jsvm_snapshot::host::{BaseImage, MAX_KEPT, Requests};
use parking_lot::Mutex;
use wasmtime::component::{ComponentExportIndex, Func, InstancePre, TypedFunc};
use wasmtime::{Engine, PoolConcurrencyLimitError, Store};

use crate::bindings::exports::jsvm::engine::snapshot::SnapshotError;
use crate::bindings::{JsVm, JsVmIndices};
use crate::context::Context;
#[cfg(feature = "compile")]
use crate::engine_component::EngineComponentError;
use crate::error::{Error, source};
use crate::release::Releases;
use crate::stack::on_large_stack;
use crate::vm::unexpected;
use crate::watchdog;

pub use added::MissingFunction;
use added::{Added, AddedIndices};
pub(crate) use counters::Counters;
use lend::{Lending, LendingIndices};
pub(crate) use memory::InMemory;
#[cfg(feature = "compile")]
use memory::is_base_image;
use memory::{ListInMemory, snapshot_function};
pub(crate) use overlay::Overlay;

/// An instance with its store.
pub(crate) struct Instance {
    /// Pages that are mapped into its memory; first, so that it is dropped before the store.
    pub(crate) overlay: Option<Overlay>,
    /// What its memory was when it was last restored, if that is kept.
    pub(crate) restored: Option<Arc<[u8]>>,
    /// Address of its counters of polls, which never move.
    counters: usize,
    /// The versions of requests that JavaScript in it may make.
    pub(crate) requests: Requests,
    pub(crate) store: Store<Context>,
    pub(crate) exports: Exports,
}

impl Instance {
    /// Has the watchdog look after the VM of this instance.
    fn watch(&self) {
        let watched = &self.store.data().watch.watched;
        watched.set_counters(Some(Counters::of(self)));
        watchdog::look_after(watched);
    }

    /// Has the watchdog leave this instance alone.
    fn unwatch(&self) {
        self.store.data().watch.watched.set_counters(None);
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // The memory is there until the store is dropped.
        self.unwatch();
    }
}

/// What an instance exports.
pub(crate) struct Exports {
    pub(crate) bindings: JsVm,
    /// The functions to which data is lent. The bindings' want lists of their own.
    pub(crate) lending: Lending,
    /// The functions that older engines lack.
    pub(crate) added: Added,
    /// What its memory was at first.
    pub(crate) base: BaseImage,
    /// The function that returns the memory. The bindings' would copy it.
    memory: Func,
    /// The same after its type was checked, which takes some time.
    checked: OnceCell<MemoryFunction>,
}

type MemoryFunction = TypedFunc<(), (Result<ListInMemory, SnapshotError>,)>;

impl Exports {
    /// The image of the VM, in place: all of its memory behind the stack, and nothing else, whatever
    /// the component says.
    pub(crate) fn memory<'a>(&self, store: &'a mut Store<Context>) -> wasmtime::Result<&'a [u8]> {
        let function = match self.checked.get() {
            Some(function) => function,
            None => {
                let function = self.memory.typed(&*store)?;
                self.checked.get_or_init(|| function)
            }
        };
        let (list,) = function.call(&mut *store, ())?;
        let ListInMemory { value, memory } = list.map_err(unexpected)?;
        let image = value.as_le_slice(&*store);
        let found = image.as_ptr_range();
        // The memory is larger than its stack: that was checked when the component was read.
        let start = memory.start.wrapping_add(self.base.start() as usize);
        if found.start.addr() != start || found.end.addr() != memory.end {
            return Err(wasmtime::format_err!(
                "the engine returned something else than all of its memory behind the stack"
            ));
        }
        Ok(image)
    }
}

/// What instances are made from.
pub(crate) struct Instances {
    engine: Engine,
    pub(crate) identity: Identity,
    pre: InstancePre<Context>,
    indices: JsVmIndices,
    lending: LendingIndices,
    added: AddedIndices,
    /// The function `memory` of the interface `snapshot`.
    memory: ComponentExportIndex,
    /// How many VMs the pool has room for.
    max_vms: u32,
    idle: Arc<Idle>,
}

/// What is known of an engine beside its code.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The memory of a fresh VM.
    pub(crate) base: BaseImage,
    /// The address of the counters of polls, inside that memory.
    pub(crate) poll_counters: usize,
    /// The version of the requests that its own JavaScript makes.
    pub(crate) requests: u16,
}

impl Identity {
    /// The engine that is part of this build.
    pub(crate) fn built_in() -> Self {
        Identity {
            base: BaseImage::built_in().clone(),
            poll_counters: jsvm_component::POLL_COUNTERS,
            requests: jsvm_component::REQUESTS,
        }
    }

    /// The versions of requests that JavaScript of a fresh VM may make: that of the engine and of this
    /// program.
    pub(crate) fn all_requests(&self) -> Requests {
        Requests::only(self.requests).with(Requests::only(jsvm_protocol::VERSION))
    }
}

impl Instances {
    pub(crate) fn new(
        engine: Engine,
        pre: InstancePre<Context>,
        identity: Identity,
        max_vms: u32,
        keep: usize,
    ) -> wasmtime::Result<Self> {
        let component = pre.component();
        let memory = snapshot_function(component, "get-memory")?;
        let fresh = identity.base.size();
        Ok(Instances {
            indices: JsVmIndices::new(&pre)?,
            lending: LendingIndices::new(component)?,
            added: AddedIndices::new(component),
            engine,
            identity,
            pre,
            memory,
            max_vms,
            idle: Arc::new(Idle {
                most: keep,
                fresh,
                largest: AtomicU64::new(fresh),
                instances: Mutex::default(),
            }),
        })
    }

    #[cfg(feature = "compile")]
    fn begins_as_base_image(&self) -> wasmtime::Result<bool> {
        let mut store = Store::new(&self.engine, Context::idle());
        store.limiter(|context| context);
        let instance = self.pre.instantiate(&mut store)?;
        let write = snapshot_function(self.pre.component(), "write")?;
        let write = instance.get_func(&mut store, write);
        let write = write.ok_or_else(|| wasmtime::format_err!("`write` is no function"))?;
        is_base_image(&mut store, write, &self.identity.base)
    }

    /// Where instances go whose VM is gone.
    pub(crate) fn idle(&self) -> &Arc<Idle> {
        &self.idle
    }

    /// An instance for a VM with this context whose image will have this size. If it has been used,
    /// its memory is anything, and not larger than that; the size of its image comes with it.
    ///
    /// If the image can be mapped, it will be or has been: an instance into which all of its pages
    /// are written would have to be compared as a whole each time.
    pub(crate) fn get(
        &self,
        context: Context,
        size: u64,
        is_mapped: bool,
    ) -> Result<(Box<Instance>, Option<u64>), Error> {
        let base = &self.identity.base;
        let needed = base.start() + base.size();
        if needed > context.limits.hard_memory {
            return Err(Error::HardMemoryTooSmall {
                hard_memory: context.limits.hard_memory,
                needed,
            });
        }
        let (mut instance, used) = match self.idle.take(size, is_mapped) {
            Some((size, mut instance)) => {
                *instance.store.data_mut() = context;
                (instance, Some(size))
            }
            None => (Box::new(self.fresh(context)?), None),
        };
        instance.requests = self.identity.all_requests();
        apply_limits(&mut instance.store);
        instance.watch();
        Ok((instance, used))
    }

    /// Creates instances and checks that their memory is the base image, and where they say that it is.
    #[cfg(feature = "compile")]
    pub(crate) fn check(&self) -> Result<(), EngineComponentError> {
        let failed = |error| EngineComponentError::Unusable(source(error));
        let checked = on_large_stack(|| {
            if !self.begins_as_base_image().map_err(failed)? {
                return Err(EngineComponentError::OtherImage);
            }
            // Another one, which says itself where its memory is.
            self.fresh(Context::idle()).map_err(|error| match error {
                Error::VmCreation(cause) => EngineComponentError::Unusable(cause),
                error => EngineComponentError::Unusable(Arc::new(error)),
            })?;
            Ok(())
        });
        checked.map_err(|error| EngineComponentError::Unusable(Arc::new(error)))?
    }

    fn fresh(&self, context: Context) -> Result<Instance, Error> {
        let mut store = Store::new(&self.engine, context);
        store.limiter(|context| context);
        let mut exports = || {
            let instance = self.pre.instantiate(&mut store)?;
            let memory = instance.get_func(&mut store, self.memory);
            let exports = Exports {
                bindings: self.indices.load(&mut store, &instance)?,
                lending: self.lending.load(&mut store, &instance)?,
                added: self.added.load(&mut store, &instance),
                base: self.identity.base.clone(),
                memory: memory.ok_or_else(|| wasmtime::format_err!("`memory` is no function"))?,
                checked: OnceCell::new(),
            };
            let image = exports.memory(&mut store)?.as_ptr().expose_provenance();
            Ok((exports, image))
        };
        let (exports, image) = exports().map_err(|error: wasmtime::Error| {
            match error.is::<PoolConcurrencyLimitError>() {
                true => Error::TooManyVms {
                    max_vms: self.max_vms,
                },
                false => Error::VmCreation(source(error)),
            }
        })?;
        let start = self.identity.base.start() as usize;
        let counters = image
            .wrapping_sub(start)
            .wrapping_add(self.identity.poll_counters);
        Ok(Instance {
            overlay: None,
            restored: None,
            counters,
            requests: self.identity.all_requests(),
            store,
            exports,
        })
    }
}

/// Puts those limits of a store's context in force that are the store's own.
pub(crate) fn apply_limits(store: &mut Store<Context>) {
    let limits = &store.data().limits;
    let handles = limits.handles as usize;
    // What one call can make us copy is bounded by the VM's own memory; four times that, since
    // the nodes of data are larger outside than inside.
    let fuel = limits.hard_memory.saturating_mul(4);
    store.set_max_component_handles(handles);
    store.set_hostcall_fuel(usize::try_from(fuel).unwrap_or(usize::MAX));
}

/// Instances whose VM is gone.
pub(crate) struct Idle {
    most: usize,
    /// The size of the image of a fresh VM.
    fresh: u64,
    /// The size of the largest image that an instance was wanted for, up to a limit. Those that
    /// have grown beyond are of no use: a memory cannot shrink.
    largest: AtomicU64,
    /// With the sizes of their images; the last was used last.
    instances: Mutex<Vec<(u64, Box<Instance>)>>,
}

impl Idle {
    /// The instance that was used last of those whose images have this size or, if there is none, a
    /// smaller one; of those into which something is mapped, or can be, if `is_mapped`. If there is
    /// none, one of the others makes room for a fresh one.
    fn take(&self, size: u64, is_mapped: bool) -> Option<(u64, Box<Instance>)> {
        if size <= MAX_KEPT {
            self.largest.fetch_max(size, Ordering::Relaxed);
        }
        let mut instances = self.instances.lock();
        let last = |fits: fn(u64, u64) -> bool| {
            instances.iter().rposition(|(found, instance)| {
                let can_be = || *found == self.fresh || instance.overlay.is_some();
                fits(*found, size) && (!is_mapped || can_be())
            })
        };
        let index = last(|found, size| found == size).or_else(|| last(|found, size| found < size));
        match index {
            Some(index) => Some(instances.remove(index)),
            None => {
                let replaced = (!instances.is_empty()).then(|| instances.remove(0));
                drop(instances);
                drop(replaced);
                None
            }
        }
    }

    /// Keeps an instance if it can be used again, in place of another if there are enough.
    /// `releases` has the handles that the embedder dropped last; there are no others.
    pub(crate) fn keep(&self, mut instance: Box<Instance>, releases: &Releases) {
        if self.most == 0 || std::thread::panicking() {
            return;
        }
        let cleaned = on_large_stack(|| self.clean(&mut instance, releases));
        let Ok(Ok(Some(size))) = cleaned else {
            return;
        };
        let mut instances = self.instances.lock();
        let replaced = (instances.len() >= self.most).then(|| instances.remove(0));
        instances.push((size, instance));
        drop(instances);
        drop(replaced);
    }

    /// The size of the image, if the instance can be used again.
    fn clean(&self, instance: &mut Instance, releases: &Releases) -> wasmtime::Result<Option<u64>> {
        instance.unwatch();
        let Instance { store, exports, .. } = instance;
        let largest = self.largest.load(Ordering::Relaxed);
        if exports.memory(store)?.len() as u64 > largest {
            return Ok(None);
        }
        // What is freed now is little, since there is not much memory.
        store.data_mut().watch.hurry();
        if let Some(queue) = releases.take() {
            for handle in queue.handles {
                handle.resource_drop(&mut *store)?;
            }
        }
        // Functions and clock of the VM that is gone may hold things of the embedder's.
        *store.data_mut() = Context::idle();
        // It can have grown by what finalizers left to do. The stack is not part of the image, and
        // what is left there must not reach the next VM.
        let memory = exports.memory(store)?;
        let (start, size) = (memory.as_ptr(), memory.len() as u64);
        let is_clean =
            size <= largest && scrub::scrub_stack(store, start, exports.base.start() as usize);
        Ok(is_clean.then_some(size))
    }
}
