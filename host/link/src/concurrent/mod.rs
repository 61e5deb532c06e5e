//! Components with asynchronous functions, streams or futures.
//!
//! The instance of such a component has a thread of its own, on which its tasks run. A VM sends it
//! [`Command`]s by host calls, which return at once: with the number of a result, for which the script
//! then waits by a request ([`replies`]). So the VM never waits, and an event loop settles its promises.
//!
//! * [`bridge`] has generated components that read and write streams.
//! * [`ends`] has the streams and futures that a script holds.
//! * [`worker`] is the thread, [`tasks`] what runs there at a time.
//!
//! Conversion of values between JavaScript and streams is the JavaScript that components for WIT worlds
//! have: `jsvm_abi::STREAMS`.

mod bridge;
mod bridges;
mod ends;
mod replies;
mod tasks;
mod watch;
mod worker;

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use jsvm::data::Node;
use jsvm::extension::{ExtensionVm, StopSignal};
use jsvm::{Data, HostError};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

pub(crate) use self::bridges::Bridges;
pub(crate) use self::ends::{EndCall, Ends};
use self::replies::Reply;
pub(crate) use self::replies::{WAIT, answer_waits};
use self::watch::WorkerWatch;
use self::worker::Worker;
use super::component::{Linked, LinkedComponent};
use super::handles::Handles;
use super::instance::{LiveStore, THREAD_STACK};
use super::runtime::{Stopped, TICK};
use super::shape::TransferId;

/// How many streams and futures a script may hold of one instance.
const MAX_ENDS: usize = 10_000;

/// What a VM asks the thread of an instance to do.
enum Command {
    /// Calls a function with an array of arguments.
    Call(usize, Data, Reply),
    /// Drops a resource.
    Drop(u64),
    /// Creates a stream or future.
    Open(u64),
    /// Reads the next items of a stream, or the value of a future.
    Read(u64, Reply),
    /// Writes the second of an array of arguments.
    Write(u64, Data, Reply),
    /// Closes an end. A script that writes keeps the other end if it was passed on.
    Close(u64),
    /// Closes both ends, unless one was passed on.
    Discard(u64),
}

/// Why an instance is lost, once it is.
#[derive(Clone, Default)]
pub(crate) struct Failure(Arc<OnceLock<String>>);

impl Failure {
    fn set(&self, message: String) {
        // The first reason counts.
        drop(self.0.set(message));
    }

    fn error(&self) -> HostError {
        let reason = self
            .0
            .get()
            .map_or("its VM has dropped the component", |it| it);
        HostError::new(reason)
    }
}

/// The handles of an instance, which its VM and its thread share.
type SharedHandles = Arc<Mutex<Handles>>;

fn lock(handles: &SharedHandles) -> MutexGuard<'_, Handles> {
    handles.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The instance of a component with asynchronous functions. Its thread ends when this is dropped.
pub(crate) struct ConcurrentInstance {
    number: u64,
    linked: Arc<Linked>,
    commands: UnboundedSender<Command>,
    handles: SharedHandles,
    failure: Failure,
    watch: Arc<WorkerWatch>,
}

impl ConcurrentInstance {
    /// Starts the thread of an instance.
    pub(crate) fn new(
        component: &LinkedComponent,
        vm: &ExtensionVm,
        stop: StopSignal,
    ) -> Result<Self, HostError> {
        let watch = Arc::new(WorkerWatch::new(stop, vm.limits.time));
        let must_stop = watch.clone();
        let LiveStore { store, max_values } =
            LiveStore::new(component, vm, move |_| must_stop.is_due())?;
        let (commands, receiver) = unbounded_channel();
        let handles = Arc::new(Mutex::new(Handles::new(&component.linked)));
        let failure = Failure::default();
        let worker = Worker::new(
            component,
            store,
            max_values,
            (commands.downgrade(), receiver),
            handles.clone(),
            failure.clone(),
        );
        let running = watch.clone();
        let thread = thread::Builder::new()
            .name("jsvm-link".into())
            .stack_size(THREAD_STACK)
            .spawn(move || worker.run(&running));
        thread.map_err(|error| {
            HostError::new(format!("no thread for a linked component: {error}"))
        })?;
        Ok(ConcurrentInstance {
            number: replies::new_instance(),
            linked: component.linked.clone(),
            commands,
            handles,
            failure,
            watch,
        })
    }

    /// Whether the instance cannot be used any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.failure.0.get().is_some() || self.commands.is_closed()
    }

    /// Calls a function with an array of arguments. An asynchronous function returns the number of
    /// its result.
    pub(crate) fn call(
        &mut self,
        index: usize,
        args: &mut Data,
        stop: StopSignal,
    ) -> Result<Data, HostError> {
        let linked = self.linked.clone();
        let function = &linked.exports.functions[index];
        if let Some(what) = function.unsupported {
            return Err(what.error(&function.name));
        }
        let args = std::mem::replace(args, Data::from_nodes(Vec::new()));
        self.watch.allow(&stop);
        if function.is_async {
            return Ok(self.later(|reply| Command::Call(index, args, reply)));
        }
        let (sender, outcome) = sync_channel(1);
        self.send(Command::Call(index, args, Reply::Now(sender)));
        loop {
            match outcome.recv_timeout(TICK) {
                Ok(outcome) => return outcome,
                Err(RecvTimeoutError::Disconnected) => return Err(self.failure.error()),
                Err(RecvTimeoutError::Timeout) if stop.is_due() => {
                    self.watch.stop();
                    let name = &linked.name;
                    return Err(HostError::new(format!(
                        "the component `{name}` failed in {}: {Stopped}. The next call gets a new \
                         instance",
                        function.name
                    )));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Handles a stream or future.
    pub(crate) fn call_end(&mut self, call: EndCall, args: &mut Data) -> Result<Data, HostError> {
        let number = first_number(args).unwrap_or_default();
        match call {
            EndCall::Open => {
                let mut handles = lock(&self.handles);
                let id = TransferId(usize::try_from(number).unwrap_or(usize::MAX));
                if handles.ends.shape(id).is_none() || handles.ends.len() >= MAX_ENDS {
                    return Err(HostError::range_error(format!(
                        "the script holds more than {MAX_ENDS} streams and futures of the component \
                         `{}`",
                        self.linked.name
                    )));
                }
                let number = handles.ends.reserve(id);
                drop(handles);
                self.send(Command::Open(number));
                Ok(number_data(number))
            }
            EndCall::IsOpen => {
                let is_open = lock(&self.handles).ends.get_mut(number).is_some();
                Ok(Data::from_nodes(vec![Node::Boolean(
                    is_open && !self.is_lost(),
                )]))
            }
            EndCall::Read => Ok(self.later(|reply| Command::Read(number, reply))),
            EndCall::Write => {
                let args = std::mem::replace(args, Data::from_nodes(Vec::new()));
                Ok(self.later(|reply| Command::Write(number, args, reply)))
            }
            EndCall::Close => {
                self.send(Command::Close(number));
                Ok(Data::from_nodes(Vec::new()))
            }
            EndCall::Discard => {
                self.send(Command::Discard(number));
                Ok(Data::from_nodes(Vec::new()))
            }
        }
    }

    /// Drops a resource.
    pub(crate) fn release(&self, number: u64) {
        self.send(Command::Drop(number));
    }

    fn later(&self, command: impl FnOnce(Reply) -> Command) -> Data {
        let (reply, number) = replies::later(self.number, &self.failure);
        self.send(command(reply));
        number_data(number)
    }

    fn send(&self, command: Command) {
        // If the thread has ended, so does the reply in the command, and the script gets the failure.
        drop(self.commands.send(command));
    }
}

impl Drop for ConcurrentInstance {
    fn drop(&mut self) {
        self.watch.stop();
        replies::forget(self.number);
    }
}

fn number_data(number: u64) -> Data {
    Data::from_nodes(vec![Node::Number(number as f64)])
}

/// Returns the first of an array of arguments, if it is a number.
pub(crate) fn first_number(args: &Data) -> Option<u64> {
    let first = args.root().ok()?.elements()?.into_iter().next()??;
    match first.node() {
        Node::Number(number) => Some(*number as u64),
        _ => None,
    }
}
