//! Instances of the component, fresh ones and used ones.
//!
//! Most of what a fresh instance costs is page faults: its memory is mapped anew, and each page
//! that the VM touches has to be copied. So a few instances whose VM is gone are kept, with the
//! memory as it was left; the next VM rewrites only what differs from what it needs. Nothing
//! else of an instance changes while it lives: its state is its memory.

mod counters;
mod lend;
mod overlay;
mod scrub;

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jsvm_snapshot::host::{MAX_KEPT, SIZE, START};
use parking_lot::Mutex;
use wasmtime::component::{ComponentExportIndex, Func, InstancePre, TypedFunc, WasmList};
use wasmtime::{Engine, PoolConcurrencyLimitError, Store};

use crate::bindings::exports::jsvm::engine::snapshot::SnapshotError;
use crate::bindings::{JsVm, JsVmIndices};
use crate::context::Context;
use crate::error::{Error, source};
use crate::release::Releases;
use crate::stack::on_large_stack;
use crate::vm::unexpected;
use crate::watchdog;

pub(crate) use counters::Counters;
use lend::{Lending, LendingIndices};
pub(crate) use overlay::Overlay;

/// An instance with its store.
pub(crate) struct Instance {
    /// Pages that are mapped into its memory; first, so that it is dropped before the store.
    pub(crate) overlay: Option<Overlay>,
    /// What its memory was when it was last restored, if that is kept.
    pub(crate) restored: Option<Arc<[u8]>>,
    /// Address of its image, which never moves.
    image: usize,
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
    /// The function that returns the memory. The bindings' would copy it.
    memory: Func,
    /// The same after its type was checked, which takes some time.
    checked: OnceCell<MemoryFunction>,
}

type MemoryFunction = TypedFunc<(), (Result<WasmList<u8>, SnapshotError>,)>;

impl Exports {
    /// The image of the VM, in place.
    pub(crate) fn memory<'a>(&self, store: &'a mut Store<Context>) -> wasmtime::Result<&'a [u8]> {
        let function = match self.checked.get() {
            Some(function) => function,
            None => {
                let function = self.memory.typed(&*store)?;
                self.checked.get_or_init(|| function)
            }
        };
        let (list,) = function.call(&mut *store, ())?;
        let list = list.map_err(unexpected)?;
        Ok(list.as_le_slice(&*store))
    }
}

/// What instances are made from.
pub(crate) struct Instances {
    engine: Engine,
    pre: InstancePre<Context>,
    indices: JsVmIndices,
    lending: LendingIndices,
    /// The function `memory` of the interface `snapshot`.
    memory: ComponentExportIndex,
    /// How many VMs the pool has room for.
    max_vms: u32,
    idle: Arc<Idle>,
}

impl Instances {
    pub(crate) fn new(
        engine: Engine,
        pre: InstancePre<Context>,
        max_vms: u32,
        keep: usize,
    ) -> wasmtime::Result<Self> {
        const SNAPSHOT: &str = "jsvm:engine/snapshot@0.2.0";
        let component = pre.component();
        let memory = component
            .get_export_index(None, SNAPSHOT)
            .and_then(|interface| component.get_export_index(Some(&interface), "get-memory"));
        let memory = memory
            .ok_or_else(|| wasmtime::format_err!("the component does not export `{SNAPSHOT}`"))?;
        Ok(Instances {
            indices: JsVmIndices::new(&pre)?,
            lending: LendingIndices::new(component)?,
            engine,
            pre,
            memory,
            max_vms,
            idle: Arc::new(Idle {
                most: keep,
                largest: AtomicU64::new(SIZE),
                instances: Mutex::default(),
            }),
        })
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
        if START + SIZE > context.limits.hard_memory {
            return Err(Error::HardMemoryTooSmall {
                hard_memory: context.limits.hard_memory,
                needed: START + SIZE,
            });
        }
        let (mut instance, used) = match self.idle.take(size, is_mapped) {
            Some((size, mut instance)) => {
                *instance.store.data_mut() = context;
                (instance, Some(size))
            }
            None => (Box::new(self.fresh(context)?), None),
        };
        apply_limits(&mut instance.store);
        instance.watch();
        Ok((instance, used))
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
        Ok(Instance {
            overlay: None,
            restored: None,
            image,
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
                let can_be = || *found == SIZE || instance.overlay.is_some();
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
        let is_clean = size <= largest && scrub::scrub_stack(store, start);
        Ok(is_clean.then_some(size))
    }
}
