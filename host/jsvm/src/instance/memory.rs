//! The memory of an instance, found out without believing the component.
#![expect(unsafe_code, reason = "a type of results has to be declared one")]

use std::ops::Range;

#[cfg(feature = "compile")]
pub(super) use before::is_base_image;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext};
use wasmtime::component::{Component, ComponentExportIndex, ComponentType, Lift, WasmList};

/// What a component passes, with the addresses of the memory that it is in.
///
/// A component says where its image is. A host that maps pages there, gives the stack before it back
/// to the system and writes to counters must not believe that: an address outside of the memory would
/// be one of the host's.
pub(crate) struct InMemory<T> {
    pub(crate) value: T,
    /// The addresses of the whole memory.
    pub(crate) memory: Range<usize>,
}

/// The list that the function `memory` returns.
pub(super) type ListInMemory = InMemory<WasmList<u8>>;

impl<T> InMemory<T> {
    fn new(value: T, context: &LiftContext<'_>) -> Self {
        let memory = context.memory().as_ptr_range();
        InMemory {
            value,
            memory: memory.start.expose_provenance()..memory.end.addr(),
        }
    }
}

// SAFETY: all that wasmtime asks about the type is answered by `T`, so its layout and its
// values in the component are those of that type.
unsafe impl<T: ComponentType> ComponentType for InMemory<T> {
    type Lower = T::Lower;

    const ABI: CanonicalAbiInfo = T::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> wasmtime::Result<()> {
        T::typecheck(ty, types)
    }
}

// SAFETY: as above.
unsafe impl<T: Lift> Lift for InMemory<T> {
    fn linear_lift_from_flat(
        context: &mut LiftContext<'_>,
        ty: InterfaceType,
        source: &Self::Lower,
    ) -> wasmtime::Result<Self> {
        let value = T::linear_lift_from_flat(context, ty, source)?;
        Ok(InMemory::new(value, context))
    }

    fn linear_lift_from_memory(
        context: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> wasmtime::Result<Self> {
        let value = T::linear_lift_from_memory(context, ty, bytes)?;
        Ok(InMemory::new(value, context))
    }
}

/// Finds a function of the interface `snapshot`.
pub(super) fn snapshot_function(
    component: &Component,
    name: &str,
) -> wasmtime::Result<ComponentExportIndex> {
    let interface = format!("jsvm:engine/snapshot@{}", jsvm_component::WIT_VERSION);
    let function = component
        .get_export_index(None, &interface)
        .and_then(|interface| component.get_export_index(Some(&interface), name));
    function
        .ok_or_else(|| wasmtime::format_err!("the component does not export `{interface}#{name}`"))
}

/// The memory before any code of the component has run.
#[cfg(feature = "compile")]
mod before {
    use std::mem::MaybeUninit;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use jsvm_snapshot::host::BaseImage;
    use wasmtime::Store;
    use wasmtime::component::__internal::{
        CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext,
    };
    use wasmtime::component::{ComponentType, Func, Lower};

    use crate::bindings::exports::jsvm::engine::snapshot::SnapshotError;
    use crate::context::Context;

    /// Returns whether the memory of a new instance is its base image behind the stack.
    ///
    /// A component cannot be asked: what it runs to answer changes its memory. So this looks while the
    /// parameters of the function `write` are passed, of which the first needs no memory.
    pub(in super::super) fn is_base_image(
        store: &mut Store<Context>,
        write: Func,
        base: &BaseImage,
    ) -> wasmtime::Result<bool> {
        let found = Arc::new(AtomicBool::new(false));
        let offset = Observer {
            base: base.clone(),
            found: found.clone(),
        };
        type Returned = (Result<(), SnapshotError>,);
        let write = write.typed::<(Observer, &'static [u8]), Returned>(&*store)?;
        // Nothing is written.
        let (result,) = write.call(store, (offset, &[]))?;
        result.map_err(crate::vm::unexpected)?;
        Ok(found.load(Ordering::Relaxed))
    }

    /// The offset 0, which looks at the memory when it is passed.
    struct Observer {
        base: BaseImage,
        found: Arc<AtomicBool>,
    }

    impl Observer {
        fn look(&self, memory: &[u8]) {
            let image = memory.get(self.base.start() as usize..);
            let is_fresh = image.is_some_and(|image| self.base.is_memory(image));
            self.found.store(is_fresh, Ordering::Relaxed);
        }
    }

    // SAFETY: all that wasmtime asks about the type is answered by `u64`.
    unsafe impl ComponentType for Observer {
        type Lower = <u64 as ComponentType>::Lower;

        const ABI: CanonicalAbiInfo = <u64 as ComponentType>::ABI;

        fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> wasmtime::Result<()> {
            <u64 as ComponentType>::typecheck(ty, types)
        }
    }

    // SAFETY: as above; what is written is the number 0.
    unsafe impl Lower for Observer {
        fn linear_lower_to_flat<T>(
            &self,
            context: &mut LowerContext<'_, T>,
            ty: InterfaceType,
            destination: &mut MaybeUninit<Self::Lower>,
        ) -> wasmtime::Result<()> {
            self.look(context.as_slice_mut());
            0_u64.linear_lower_to_flat(context, ty, destination)
        }

        fn linear_lower_to_memory<T>(
            &self,
            context: &mut LowerContext<'_, T>,
            ty: InterfaceType,
            offset: usize,
        ) -> wasmtime::Result<()> {
            self.look(context.as_slice_mut());
            0_u64.linear_lower_to_memory(context, ty, offset)
        }
    }
}
