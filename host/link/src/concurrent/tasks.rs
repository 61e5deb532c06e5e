//! Tasks that run in an instance at a time: calls, reads and writes.

use std::sync::Arc;

use jsvm::data::Node;
use jsvm::{Data, HostError, ViewKind};
use tokio::sync::mpsc::WeakUnboundedSender;
use wasmtime::Result;
use wasmtime::component::{Accessor, AccessorTask, Func, Val};

use super::super::component::Linked;
use super::super::lift::{Lifting, view};
use super::super::shape::{Integer, Shape, TransferId};
use super::super::state::LinkState;
use super::ends::Bridge;
use super::replies::Reply;
use super::worker::Items;
use super::{Command, SharedHandles, lock};

/// Sends a command to the thread of the task.
fn send(commands: &WeakUnboundedSender<Command>, command: Command) {
    // Without a sender, the VM has dropped the instance.
    if let Some(commands) = commands.upgrade() {
        drop(commands.send(command));
    }
}

/// A call of a function of the component.
pub(super) struct CallTask {
    pub(super) linked: Arc<Linked>,
    pub(super) index: usize,
    pub(super) func: Func,
    pub(super) params: Vec<Val>,
    pub(super) handles: SharedHandles,
    pub(super) commands: WeakUnboundedSender<Command>,
    pub(super) reply: Reply,
}

impl AccessorTask<LinkState> for CallTask {
    async fn run(self, accessor: &Accessor<LinkState>) -> Result<()> {
        let function = &self.linked.exports.functions[self.index];
        let mut results = vec![Val::Bool(false); usize::from(function.result.is_some())];
        let called = self
            .func
            .call_concurrent(accessor, &self.params, &mut results);
        called.await?;
        let (Some(shape), Some(value)) = (&function.result, results.pop()) else {
            self.reply.send(Ok(Data::from_nodes(Vec::new())));
            return Ok(());
        };
        if self.reply.is_given_up() {
            self.discard(shape, &value);
            return Ok(());
        }
        let outcome = Lifting::new(&mut lock(&self.handles)).outcome(shape, value);
        self.reply.send(outcome);
        Ok(())
    }
}

impl CallTask {
    /// Closes and drops what nobody waits for any more.
    fn discard(&self, shape: &Shape, value: &Val) {
        let inner = |shape: Option<&Shape>, value: Option<&Val>| {
            if let (Some(shape), Some(value)) = (shape, value) {
                self.discard(shape, value);
            }
        };
        match (shape, value) {
            (Shape::Transfer(id), Val::Stream(_) | Val::Future(_)) => {
                let number = lock(&self.handles).ends.insert_readable(*id, value.clone());
                send(&self.commands, Command::Close(number));
            }
            (Shape::Own(id), Val::Resource(resource)) => {
                let number = lock(&self.handles).insert(*id, *resource);
                send(&self.commands, Command::Drop(number));
            }
            (
                Shape::List(shape) | Shape::Fixed(shape, _),
                Val::List(values) | Val::FixedLengthList(values),
            ) if shape.has_handles() => {
                values.iter().for_each(|value| self.discard(shape, value));
            }
            (Shape::Record(fields), Val::Record(values)) => {
                for (field, (_, value)) in fields.iter().zip(values) {
                    self.discard(&field.shape, value);
                }
            }
            (Shape::Tuple(shapes), Val::Tuple(values)) => {
                for (shape, value) in shapes.iter().zip(values) {
                    self.discard(shape, value);
                }
            }
            (Shape::Variant(cases), Val::Variant(name, value)) => {
                let case = cases.iter().find(|case| case.name == *name);
                inner(
                    case.and_then(|case| case.payload.as_ref()),
                    value.as_deref(),
                );
            }
            (Shape::Option(shape), Val::Option(value)) => inner(Some(shape), value.as_deref()),
            (Shape::Result(outcome), Val::Result(Ok(value))) => {
                inner(outcome.ok.as_deref(), value.as_deref());
            }
            (Shape::Result(outcome), Val::Result(Err(value))) => {
                inner(outcome.err.as_deref(), value.as_deref());
            }
            _ => {}
        }
    }
}

/// A read of a stream or future.
pub(super) struct ReadTask {
    pub(super) linked: Arc<Linked>,
    pub(super) number: u64,
    pub(super) id: TransferId,
    pub(super) bridge: Bridge,
    pub(super) handles: SharedHandles,
    pub(super) commands: WeakUnboundedSender<Command>,
    pub(super) reply: Reply,
}

impl AccessorTask<LinkState> for ReadTask {
    async fn run(self, accessor: &Accessor<LinkState>) -> Result<()> {
        let shape = &self.linked.exports.transfers[self.id.0];
        let (is_last, items) = match shape.item {
            Some(Shape::Integer(Integer::U8)) => self.bytes(accessor).await?,
            _ => self.values(accessor).await?,
        };
        let is_closing = {
            let mut handles = lock(&self.handles);
            match handles.ends.get_mut(self.number) {
                Some(end) => {
                    end.is_busy = false;
                    end.is_ended = is_last;
                    end.is_closing || is_last
                }
                None => false,
            }
        };
        if is_closing {
            send(&self.commands, Command::Close(self.number));
        }
        self.reply.send(items);
        Ok(())
    }
}

type ReadOutcome = (bool, std::result::Result<Data, HostError>);

impl ReadTask {
    async fn bytes(&self, accessor: &Accessor<LinkState>) -> Result<ReadOutcome> {
        let read =
            accessor.with(|access| self.bridge.read.typed::<(u32,), ((u32, Vec<u8>),)>(access))?;
        let ((status, bytes),) = read
            .call_concurrent(accessor, (self.bridge.max_items,))
            .await?;
        let is_end = status != 0 && bytes.is_empty();
        let is_stream = self.linked.exports.transfers[self.id.0].is_stream;
        let data = match (is_stream, bytes.first()) {
            (false, Some(byte)) => Data::from_nodes(vec![Node::Number((*byte).into())]),
            _ if is_end => Data::from_nodes(Vec::new()),
            _ => view(ViewKind::Uint8, bytes),
        };
        Ok((status != 0, Ok(data)))
    }

    async fn values(&self, accessor: &Accessor<LinkState>) -> Result<ReadOutcome> {
        let mut results = [Val::Bool(false)];
        let max = [Val::U32(self.bridge.max_items)];
        self.bridge
            .read
            .call_concurrent(accessor, &max, &mut results)
            .await?;
        let shape = &self.linked.exports.transfers[self.id.0];
        let nothing = Data::from_nodes(Vec::new());
        let [Val::Tuple(results)] = results else {
            return Ok((true, Ok(nothing)));
        };
        let (status, items) = match (&shape.item, &*results) {
            (_, [Val::U32(status), Val::List(items)]) => (*status, items.clone()),
            // Items without a type are as many times nothing.
            (None, [Val::U32(status), Val::U32(count)]) => {
                (*status, vec![Val::Option(None); *count as usize])
            }
            _ => return Ok((true, Ok(nothing))),
        };
        let is_last = status != 0;
        if is_last && items.is_empty() {
            return Ok((true, Ok(nothing)));
        }
        let none = Shape::Option(Box::new(Shape::Bool));
        let item = shape.item.as_ref().unwrap_or(&none);
        let mut handles = lock(&self.handles);
        let lifting = Lifting::new(&mut handles);
        let data = match shape.is_stream {
            true => Ok(lifting.items(item, &items)),
            // A `result` is returned or thrown, as that of a function.
            false => match items.into_iter().next() {
                Some(value) => lifting.outcome(item, value),
                None => Ok(nothing),
            },
        };
        Ok((is_last, data))
    }
}

/// A write to a stream or future. It ends when all items are read, or the reader goes.
pub(super) struct WriteTask {
    pub(super) number: u64,
    /// A future has one value.
    pub(super) is_future: bool,
    pub(super) bridge: Bridge,
    pub(super) items: Items,
    pub(super) handles: SharedHandles,
    pub(super) commands: WeakUnboundedSender<Command>,
    pub(super) reply: Reply,
}

impl AccessorTask<LinkState> for WriteTask {
    async fn run(self, accessor: &Accessor<LinkState>) -> Result<()> {
        let write = self.bridge.write;
        let value = match self.items {
            Items::Bytes(bytes) => {
                let write = accessor.with(|access| write.typed::<(Vec<u8>,), (u32,)>(access))?;
                let (is_open,) = write.call_concurrent(accessor, (bytes,)).await?;
                Val::U32(is_open)
            }
            Items::Values(values) => call(accessor, write, Val::List(values)).await?,
            Items::Count(count) => call(accessor, write, Val::U32(count)).await?,
        };
        let is_open = matches!(value, Val::U32(1));
        let is_closing = {
            let mut handles = lock(&self.handles);
            match handles.ends.get_mut(self.number) {
                Some(end) => {
                    end.is_busy = false;
                    end.is_ended = !is_open || self.is_future;
                    end.is_closing
                }
                None => false,
            }
        };
        if is_closing {
            send(&self.commands, Command::Close(self.number));
        }
        let is_open = Data::from_nodes(vec![Node::Boolean(is_open)]);
        self.reply.send(Ok(is_open));
        Ok(())
    }
}

async fn call(accessor: &Accessor<LinkState>, func: Func, param: Val) -> Result<Val> {
    let mut results = [Val::Bool(false)];
    func.call_concurrent(accessor, &[param], &mut results)
        .await?;
    let [result] = results;
    Ok(result)
}
