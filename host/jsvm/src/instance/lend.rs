//! Calls that lend data to the VM.
//!
//! The generated functions take records that own their lists. Here the lists stay in the data that
//! they belong to, so that a large buffer is copied once: into the VM.

use std::cell::Cell;

use jsvm_data::Form;
use wasmtime::Store;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, ComponentType, Func, Instance, Lift,
    Lower, ResourceAny, TypedFunc,
};

use crate::bindings::wit;
use crate::context::Context;

/// The record `data` of the interface.
#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
struct LentForm<'a> {
    item: &'a [u8],
    chunks: &'a [Vec<u8>],
    tokens: &'a [u64],
}

impl<'a> From<&'a Form> for LentForm<'a> {
    fn from(form: &'a Form) -> Self {
        LentForm {
            item: &form.item,
            chunks: &form.chunks,
            tokens: &form.tokens,
        }
    }
}

/// Where the component has these functions.
pub(super) struct LendingIndices {
    from_data: ComponentExportIndex,
    call_data: ComponentExportIndex,
    call_each: ComponentExportIndex,
    settle: ComponentExportIndex,
}

impl LendingIndices {
    pub(super) fn new(component: &Component) -> wasmtime::Result<Self> {
        const VALUES: &str = "jsvm:engine/values@0.2.0";
        const REQUESTS: &str = "jsvm:engine/requests@0.2.0";
        let find = |interface, name| {
            component
                .get_export_index(None, interface)
                .and_then(|index| component.get_export_index(Some(&index), name))
                .ok_or_else(|| {
                    wasmtime::format_err!("the component does not export `{interface}#{name}`")
                })
        };
        Ok(LendingIndices {
            from_data: find(VALUES, "from-data")?,
            call_data: find(VALUES, "[method]value.call-data")?,
            call_each: find(VALUES, "[method]value.call-each")?,
            settle: find(REQUESTS, "settle")?,
        })
    }

    pub(super) fn load(
        &self,
        store: &mut Store<Context>,
        instance: &Instance,
    ) -> wasmtime::Result<Lending> {
        let mut load = |index: ComponentExportIndex| -> wasmtime::Result<LendingFunc> {
            let func = instance.get_func(&mut *store, index);
            let func = func.ok_or_else(|| wasmtime::format_err!("an export is not a function"))?;
            let is_checked = Cell::new(false);
            Ok(LendingFunc { func, is_checked })
        };
        Ok(Lending {
            from_data: load(self.from_data)?,
            call_data: load(self.call_data)?,
            call_each: load(self.call_each)?,
            settle: load(self.settle)?,
        })
    }
}

/// A function that takes data, and whether its type was checked, which takes some time.
struct LendingFunc {
    func: Func,
    is_checked: Cell<bool>,
}

impl LendingFunc {
    /// Calls the function. `Checked` is `Params` with other lifetimes.
    #[expect(
        unsafe_code,
        reason = "a checked type cannot have the lifetime of what is lent"
    )]
    fn call<Checked, Params, Returned>(
        &self,
        store: &mut Store<Context>,
        params: Params,
    ) -> wasmtime::Result<Returned>
    where
        Checked: ComponentNamedList + Lower + 'static,
        Params: ComponentNamedList + Lower,
        Returned: ComponentNamedList + Lift + 'static,
    {
        if !self.is_checked.get() {
            self.func.typed::<Checked, Returned>(&*store)?;
            self.is_checked.set(true);
        }
        // SAFETY: the function has these types: they were checked, and lifetimes are not part of
        // what is checked.
        let func = unsafe { TypedFunc::<Params, Returned>::new_unchecked(self.func) };
        func.call(store, params)
    }
}

/// The functions of one instance.
pub(crate) struct Lending {
    from_data: LendingFunc,
    call_data: LendingFunc,
    call_each: LendingFunc,
    settle: LendingFunc,
}

type FromData<'a> = (LentForm<'a>,);
type CallData<'a> = (ResourceAny, &'a wit::Input, LentForm<'a>);
type Settle<'a> = (u64, Result<LentForm<'a>, LentForm<'a>>);
type Outcome<T> = Result<T, wit::Error>;

impl Lending {
    /// Copies data into the VM.
    pub(crate) fn copy_in(
        &self,
        store: &mut Store<Context>,
        form: &Form,
    ) -> wasmtime::Result<Outcome<ResourceAny>> {
        let params: FromData<'_> = (form.into(),);
        let (outcome,) = self
            .from_data
            .call::<FromData<'static>, _, _>(store, params)?;
        Ok(outcome)
    }

    /// Calls a function with an array of arguments.
    pub(crate) fn call_data(
        &self,
        store: &mut Store<Context>,
        function: ResourceAny,
        args: &Form,
    ) -> wasmtime::Result<Outcome<wit::Data>> {
        let params: CallData<'_> = (function, &wit::Input::Undefined, args.into());
        let (outcome,) = self
            .call_data
            .call::<CallData<'static>, _, _>(store, params)?;
        Ok(outcome)
    }

    /// Calls a function for each of the arrays of arguments in an array.
    pub(crate) fn call_each(
        &self,
        store: &mut Store<Context>,
        function: ResourceAny,
        calls: &Form,
    ) -> wasmtime::Result<Outcome<wit::Data>> {
        let params: CallData<'_> = (function, &wit::Input::Undefined, calls.into());
        let (outcome,) = self
            .call_each
            .call::<CallData<'static>, _, _>(store, params)?;
        Ok(outcome)
    }

    /// Settles the promise of a request.
    pub(crate) fn settle(
        &self,
        store: &mut Store<Context>,
        id: u64,
        outcome: Result<&Form, &Form>,
    ) -> wasmtime::Result<Outcome<bool>> {
        let params: Settle<'_> = (id, outcome.map(Into::into).map_err(Into::into));
        let (outcome,) = self.settle.call::<Settle<'static>, _, _>(store, params)?;
        Ok(outcome)
    }
}
