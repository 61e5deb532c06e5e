//! The thread of an instance: it carries out commands, and runs the tasks of the component meanwhile.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use jsvm::{Data, HostError};
use tokio::sync::mpsc::{UnboundedReceiver, WeakUnboundedSender};
use wasmtime::component::{Func, Instance, Val};
use wasmtime::{Result, Store, format_err};

use super::super::component::{Linked, LinkedComponent};
use super::super::instance::{arguments, cannot_start, reason};
use super::super::lower::{ArgumentLowering, bytes_of, defined};
use super::super::room::Room;
use super::super::shape::{Shape, TransferId};
use super::super::state::LinkState;
use super::ends::Bridge;
use super::replies::Reply;
use super::tasks::{CallTask, ReadTask, WriteTask};
use super::watch::WorkerWatch;
use super::{Command, Failure, SharedHandles, lock};

type Commands = (WeakUnboundedSender<Command>, UnboundedReceiver<Command>);

/// What the thread of an instance has.
pub(super) struct Worker {
    component: LinkedComponent,
    linked: Arc<Linked>,
    store: Store<LinkState>,
    max_values: u64,
    commands: UnboundedReceiver<Command>,
    sender: WeakUnboundedSender<Command>,
    handles: SharedHandles,
    failure: Failure,
    instance: Option<Instance>,
    functions: BTreeMap<usize, Func>,
    /// Bridges that have no stream.
    idle: BTreeMap<TransferId, Vec<Bridge>>,
}

impl Worker {
    pub(super) fn new(
        component: &LinkedComponent,
        store: Store<LinkState>,
        max_values: u64,
        (sender, commands): Commands,
        handles: SharedHandles,
        failure: Failure,
    ) -> Self {
        Worker {
            component: component.clone(),
            linked: component.linked.clone(),
            store,
            max_values,
            commands,
            sender,
            handles,
            failure,
            instance: None,
            functions: BTreeMap::new(),
            idle: BTreeMap::new(),
        }
    }

    /// Runs until the VM drops the instance, or the component fails.
    pub(super) fn run(mut self, watch: &WorkerWatch) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => {
                let reason = cannot_start(&self.component, &error.to_string());
                return self.failure.set(reason);
            }
        };
        let compiled = self.linked.compiled.clone();
        let failure = self.failure.clone();
        let component = self.component.clone();
        runtime.block_on(async {
            let mut work = pin!(self.work());
            let ended = poll_fn(|context| {
                let _running = compiled.runtime.running();
                watch.count(|| work.as_mut().poll(context))
            });
            if let Err(message) = ended.await {
                failure.set(message);
            }
        });
        drop(component);
    }

    /// Carries out commands.
    ///
    /// # Errors
    /// The message of what ends the instance.
    async fn work(&mut self) -> std::result::Result<(), String> {
        let pre = &self.linked.compiled.pre;
        match pre.instantiate_async(&mut self.store).await {
            Ok(instance) => self.instance = Some(instance),
            Err(error) => {
                let reason = reason(&error, self.store.data(), &self.component);
                return Err(cannot_start(&self.component, &reason));
            }
        }
        loop {
            let commands = &mut self.commands;
            let next = self.store.run_concurrent(async |_| commands.recv().await);
            let done = match next.await {
                Ok(None) => return Ok(()),
                Ok(Some(command)) => self.carry_out(command).await,
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                let reason = reason(&error, self.store.data(), &self.component);
                return Err(format!(
                    "the component `{}` failed: {reason}. The next call gets a new instance",
                    self.linked.name
                ));
            }
        }
    }

    async fn carry_out(&mut self, command: Command) -> Result<()> {
        match command {
            Command::Call(index, args, reply) => self.call(index, &args, reply),
            Command::Drop(number) => {
                let resource = lock(&self.handles).take(number);
                match resource {
                    Some(resource) => resource.resource_drop_async(&mut self.store).await,
                    None => Ok(()),
                }
            }
            Command::Open(number) => self.open(number).await,
            Command::Read(number, reply) => self.read(number, reply).await,
            Command::Write(number, args, reply) => self.write(number, &args, reply),
            Command::Close(number) => self.close(number).await,
            Command::Discard(number) => {
                let is_whole = lock(&self.handles)
                    .ends
                    .get_mut(number)
                    .is_some_and(|end| end.readable.is_some());
                match is_whole {
                    true => self.close(number).await,
                    false => Ok(()),
                }
            }
        }
    }

    fn call(&mut self, index: usize, args: &Data, reply: Reply) -> Result<()> {
        let linked = self.linked.clone();
        let function = &linked.exports.functions[index];
        let func = match self.functions.get(&index) {
            Some(func) => *func,
            None => {
                let instance = self
                    .instance
                    .ok_or_else(|| format_err!("it has no instance"))?;
                let func = instance.get_func(&mut self.store, function.index);
                let func = func.ok_or_else(|| format_err!("it has no such function"))?;
                self.functions.insert(index, func);
                func
            }
        };
        let params = arguments(&mut lock(&self.handles), function, args, self.max_values);
        let params = match params {
            Ok(params) => params,
            Err(error) => {
                reply.send(Err(error));
                return Ok(());
            }
        };
        self.store.spawn(CallTask {
            linked,
            index,
            func,
            params,
            handles: self.handles.clone(),
            commands: self.sender.clone(),
            reply,
        })?;
        Ok(())
    }

    /// Returns a bridge for a stream or future.
    async fn bridge(&mut self, id: TransferId) -> Result<Bridge> {
        if let Some(bridge) = self.idle.get_mut(&id).and_then(Vec::pop) {
            return Ok(bridge);
        }
        let shape = self.linked.exports.transfers.get(id.0);
        let shape = shape.ok_or_else(|| format_err!("it has no such stream"))?;
        let runtime = &self.linked.compiled.runtime;
        self.linked
            .bridges
            .instantiate(runtime, id, shape, &mut self.store)
            .await
    }

    async fn run_bridge(&mut self, func: Func, params: &[Val], results: &mut [Val]) -> Result<()> {
        func.call_async(&mut self.store, params, results).await
    }

    async fn open(&mut self, number: u64) -> Result<()> {
        let id = lock(&self.handles).ends.get_mut(number).map(|end| end.id);
        let Some(id) = id else {
            return Ok(());
        };
        let bridge = self.bridge(id).await?;
        let mut results = [Val::Bool(false)];
        self.run_bridge(bridge.open, &[], &mut results).await?;
        let [readable] = results;
        if let Some(end) = lock(&self.handles).ends.get_mut(number) {
            end.bridge = Some(bridge);
            end.readable = Some(readable);
        }
        Ok(())
    }

    async fn read(&mut self, number: u64, reply: Reply) -> Result<()> {
        let (id, taken, bridge) = {
            let mut handles = lock(&self.handles);
            let end = handles.ends.get_mut(number);
            let Some(end) = end.filter(|end| !end.is_ended && !end.is_busy && !end.is_writer)
            else {
                reply.send(Ok(Data::from_nodes(Vec::new())));
                return Ok(());
            };
            end.is_busy = true;
            (end.id, end.readable.take(), end.bridge)
        };
        let bridge = match (bridge, taken) {
            (Some(bridge), _) => bridge,
            (None, Some(readable)) => {
                let bridge = self.bridge(id).await?;
                self.run_bridge(bridge.take, &[readable], &mut []).await?;
                if let Some(end) = lock(&self.handles).ends.get_mut(number) {
                    end.bridge = Some(bridge);
                }
                bridge
            }
            (None, None) => {
                reply.send(Ok(Data::from_nodes(Vec::new())));
                return Ok(());
            }
        };
        self.store.spawn(ReadTask {
            linked: self.linked.clone(),
            number,
            id,
            bridge,
            handles: self.handles.clone(),
            commands: self.sender.clone(),
            reply,
        })?;
        Ok(())
    }

    fn write(&mut self, number: u64, args: &Data, reply: Reply) -> Result<()> {
        let mut handles = lock(&self.handles);
        let end = handles.ends.get_mut(number);
        let found = end.filter(|end| !end.is_ended && !end.is_busy && end.is_writer);
        let found = found.and_then(|end| Some((end.id, end.bridge?)));
        let Some((id, bridge)) = found else {
            drop(handles);
            reply.send(Ok(Data::from_nodes(vec![jsvm::data::Node::Boolean(false)])));
            return Ok(());
        };
        let shape = &self.linked.exports.transfers[id.0];
        let items = {
            let mut room = Room::new(self.max_values);
            items(&handles, shape.item.as_ref(), args, &mut room)
        };
        let items = match items {
            Ok(items) => items,
            Err(error) => {
                drop(handles);
                reply.send(Err(error));
                return Ok(());
            }
        };
        if let Some(end) = handles.ends.get_mut(number) {
            end.is_busy = true;
        }
        drop(handles);
        self.store.spawn(WriteTask {
            number,
            is_future: !shape.is_stream,
            bridge,
            items,
            handles: self.handles.clone(),
            commands: self.sender.clone(),
            reply,
        })?;
        Ok(())
    }

    /// Closes an end, or both ends of a stream that was not passed on.
    async fn close(&mut self, number: u64) -> Result<()> {
        let end = {
            let mut handles = lock(&self.handles);
            match handles.ends.get_mut(number) {
                Some(end) if end.is_busy => {
                    end.is_closing = true;
                    return Ok(());
                }
                _ => handles.ends.remove(number),
            }
        };
        let Some(end) = end else {
            return Ok(());
        };
        let is_whole = end.is_writer && end.readable.is_some();
        match end.readable {
            Some(Val::Stream(mut stream)) => stream.close(&mut self.store)?,
            Some(Val::Future(mut future)) => future.close(&mut self.store)?,
            _ => {}
        }
        let Some(bridge) = end.bridge else {
            return Ok(());
        };
        let is_stream = self.linked.exports.transfers[end.id.0].is_stream;
        let close = match () {
            () if !end.is_writer => bridge.close_readable,
            () if is_stream || end.is_ended => bridge.close_writable,
            // A future without a reader can be given up by an attempt to write.
            () if is_whole => bridge.abandon,
            // Nothing can be written in place of its value.
            () => return Ok(()),
        };
        self.run_bridge(close, &[], &mut []).await?;
        self.idle.entry(end.id).or_default().push(bridge);
        Ok(())
    }
}

/// The items to write.
pub(super) enum Items {
    Bytes(Vec<u8>),
    Values(Vec<Val>),
    Count(u32),
}

/// Converts items, which are the second argument.
fn items(
    handles: &super::super::handles::Handles,
    item: Option<&Shape>,
    args: &Data,
    room: &mut Room,
) -> std::result::Result<Items, HostError> {
    let args = args.root()?;
    let elements = args.elements().unwrap_or_default();
    let node = elements.into_iter().nth(1).and_then(defined);
    let Some(item) = item else {
        let count = node
            .and_then(|node| node.elements())
            .map_or(0, |all| all.len());
        return Ok(Items::Count(u32::try_from(count).unwrap_or(u32::MAX)));
    };
    if let (Some(jsvm::ViewKind::Uint8), Some(node)) = (item.view(), node)
        && let Some(bytes) = bytes_of(node, jsvm::ViewKind::Uint8)
    {
        return Ok(Items::Bytes(bytes.to_vec()));
    }
    let mut lowering = ArgumentLowering::new(handles, room);
    let single = node.and_then(|node| node.elements());
    let single = single.filter(|items| items.len() == 1);
    let values = match single {
        // Items of a generator come one by one, so that an index would be wrong.
        Some(items) => lowering
            .lower(
                item,
                items
                    .first()
                    .copied()
                    .flatten()
                    .and_then(|node| defined(Some(node))),
            )
            .map(|value| vec![value]),
        None => lowering
            .lower(&Shape::List(Box::new(item.clone())), node)
            .map(|list| match list {
                Val::List(values) => values,
                _ => Vec::new(),
            }),
    };
    let wrong = |error| HostError::type_error(format!("an item of the stream: {error}"));
    values.map(Items::Values).map_err(wrong)
}
