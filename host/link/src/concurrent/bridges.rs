//! The compiled bridges of a component, which all of its instances share.

use std::sync::{Arc, OnceLock};

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Result, Store, format_err};

use super::super::runtime::Runtime;
use super::super::shape::{TransferId, TransferShape};
use super::super::state::LinkState;
use super::bridge::BridgeText;
use super::ends::Bridge;

/// The bridges of a component, each compiled when a script first needs it.
#[derive(Default)]
pub(crate) struct Bridges {
    compiled: Vec<OnceLock<CompiledBridge>>,
}

#[derive(Clone)]
struct CompiledBridge {
    pre: Arc<InstancePre<LinkState>>,
    max_items: u32,
}

impl Bridges {
    pub(crate) fn new(shapes: &[TransferShape]) -> Self {
        Bridges {
            compiled: shapes.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Creates an instance of a bridge.
    pub(super) async fn instantiate(
        &self,
        runtime: &Runtime,
        id: TransferId,
        shape: &TransferShape,
        store: &mut Store<LinkState>,
    ) -> Result<Bridge> {
        let place = self.compiled.get(id.0);
        let place = place.ok_or_else(|| format_err!("the component has no such stream"))?;
        let compiled = match place.get() {
            Some(compiled) => compiled.clone(),
            None => {
                let compiled = compile(runtime, shape)?;
                place.get_or_init(|| compiled).clone()
            }
        };
        let instance = compiled.pre.instantiate_async(&mut *store).await?;
        let mut function = |name: &str| {
            let function = instance.get_func(&mut *store, name);
            function.ok_or_else(|| format_err!("the bridge has no function {name}"))
        };
        Ok(Bridge {
            take: function("take")?,
            open: function("open")?,
            read: function("read")?,
            write: function("write")?,
            close_readable: function("close-readable")?,
            close_writable: function("close-writable")?,
            abandon: function("abandon")?,
            max_items: compiled.max_items,
        })
    }
}

fn compile(runtime: &Runtime, shape: &TransferShape) -> Result<CompiledBridge> {
    let text = BridgeText::new(shape);
    let text = text.ok_or_else(|| format_err!("an item of a stream is too large"))?;
    let binary = wat::parse_str(&text.text)?;
    let component = Component::from_binary(&runtime.engine, &binary)?;
    let pre = Linker::new(&runtime.engine).instantiate_pre(&component)?;
    Ok(CompiledBridge {
        pre: Arc::new(pre),
        max_items: text.max_items,
    })
}
