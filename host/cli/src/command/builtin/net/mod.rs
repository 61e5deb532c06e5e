//! Sockets of a program, for `guest/node/lib/internal/jsvm/sockets.js`.
//!
//! The VM asks by synchronous calls for what takes no time, such as a write of what fits into the
//! buffers of the system, and waits by one request for what happens to its sockets. So bytes that are
//! to be written stay in the VM until the system takes them, and bytes that came are read only if
//! the VM wants some.

mod entry;
mod event;
mod names;
mod secured;
mod socket;
mod table;
mod tls;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jsvm::{Arguments, Bytes, Data, HostError, NativeModule, RequestInfo, VmBuilder};

use self::event::{Event, number};
use self::names::Names;
use self::table::Sockets;
use self::tls::{Context, Settings, TlsError};
use super::error::{coded, describe};
use super::files::arguments::Args;
use crate::command::permissions::Permissions;

/// The name of the request that does not keep a program running.
const BACKGROUND_WAIT: &str = "jsvm:net-wait-in-background";

/// The sockets of a program, and what it may do.
struct Net {
    permissions: Arc<Permissions>,
    sockets: Sockets,
    names: Names,
    contexts: Contexts,
}

/// Settings of TLS, by numbers.
#[derive(Default)]
struct Contexts(Mutex<HashMap<u64, Arc<Context>>>);

/// The result of an operation: a value, or the number of an error of the system.
enum Outcome {
    Value(Data),
    Number(f64),
}

/// Adds the module `jsvm:net` with the functions `call`, `wait`, `waitInBackground` and `lookup`.
pub fn add_to(builder: VmBuilder, permissions: &Arc<Permissions>) -> VmBuilder {
    let net = Arc::new(Net {
        permissions: permissions.clone(),
        sockets: Sockets::default(),
        names: Names::default(),
        contexts: Contexts::default(),
    });
    let waiting = |net: Arc<Net>| {
        move |request: RequestInfo| {
            let net = net.clone();
            async move {
                // It was frozen in another process, which has the sockets.
                let events = match request.repeated {
                    true => vec![Event::lost()],
                    false => net.sockets.wait().await,
                };
                Ok::<_, HostError>(Data::of(&events)?)
            }
        }
    };
    let (foreground, background) = (waiting(net.clone()), waiting(net.clone()));
    let resolver = net.clone();
    let module = NativeModule::new()
        .function("call", move |Arguments(args)| {
            let mut args = Args::new(args);
            let operation: String = args.next()?;
            match net.call(&operation, &mut args)? {
                Outcome::Value(value) => Ok(value),
                Outcome::Number(number) => Ok::<_, HostError>(Data::of(&number)?),
            }
        })
        .async_function("wait", foreground)
        .request("waitInBackground", BACKGROUND_WAIT)
        .async_function("lookup", move |name: String| {
            let net = resolver.clone();
            async move { net.names.lookup(&net.permissions, &name).await }
        });
    builder
        .module("jsvm:net", module)
        .background_handler(BACKGROUND_WAIT, background)
}

impl Net {
    fn call(&self, operation: &str, args: &mut Args) -> Result<Outcome, HostError> {
        match self.perform(operation, args) {
            Ok(outcome) => Ok(outcome),
            Err(Failure::Other(error)) => Err(error),
            Err(Failure::System(error)) => Ok(Outcome::Number(number_of(&error).into())),
        }
    }

    fn perform(&self, operation: &str, args: &mut Args) -> Result<Outcome, Failure> {
        let done = Ok(Outcome::Number(0.0));
        match operation {
            "bind" => {
                let address = address(args)?;
                let (only_ipv6, listens): (bool, bool) = (args.next()?, args.next()?);
                if listens {
                    self.permissions.listen(address)?;
                }
                let bound = socket::bind(address, only_ipv6)?;
                let local = socket::local(&bound)?;
                let token = self.sockets.add_bound(bound, address)?;
                value(&(number(token), local.ip().to_string(), local.port()))
            }
            "listen" => {
                let (token, backlog) = (args.token()?, args.number()?);
                let backlog = backlog.clamp(1.0, 65_535.0) as i32;
                require_runtime()?;
                self.sockets.listen(token, |bound, asked| {
                    // It may have been bound as the end of a connection.
                    self.permissions.listen(asked)?;
                    Ok::<_, Failure>(socket::listen(bound, backlog)?)
                })?;
                done
            }
            "connect" => {
                let token = args.token()?;
                let address = address(args)?;
                let names = self.names.of(address.ip());
                self.permissions.connect(address, &names)?;
                require_runtime()?;
                value(&(number(self.sockets.connect(token, address)?),))
            }
            "write" => {
                let (token, bytes) = (args.token()?, args.next::<Bytes>()?);
                Ok(Outcome::Number(self.sockets.write(token, &bytes.0)? as f64))
            }
            "read" => {
                self.sockets.set_reading(args.token()?, args.next()?);
                done
            }
            "shutdown" => {
                self.sockets.shutdown(args.token()?)?;
                done
            }
            "close" => {
                self.sockets.close(args.token()?, false);
                done
            }
            "reset" => {
                self.sockets.close(args.token()?, true);
                done
            }
            "names" => {
                let (local, peer) = self.sockets.names(args.token()?)?;
                let (address, port) = peer.map_or((String::new(), 0), parts);
                let (local_address, local_port) = parts(local);
                value(&(local_address, local_port, address, port))
            }
            "option" => {
                let (token, name) = (args.token()?, args.next::<String>()?);
                self.sockets.set_option(token, &name, args.number()?)?;
                done
            }
            "context" => {
                let context = Context::new(&args.next::<Settings>()?)?;
                Ok(Outcome::Number(number(self.contexts.add(context)?)))
            }
            "dropContext" => {
                self.contexts.all().remove(&args.token()?);
                done
            }
            "secure" => {
                let (token, context) = (args.token()?, self.contexts.get(args.token()?)?);
                self.sockets.secure(token, &context, args.next()?)?;
                done
            }
            "accept" => {
                let (token, context) = (args.token()?, self.contexts.get(args.token()?)?);
                self.sockets
                    .accept_with(token, &context, &args.next::<Vec<String>>()?);
                done
            }
            "wake" => {
                self.sockets.end_wait();
                done
            }
            other => {
                let message = format!("there is no operation of sockets of the name {other}");
                Err(Failure::Other(HostError::type_error(message)))
            }
        }
    }
}

impl Contexts {
    fn add(&self, context: Context) -> std::io::Result<u64> {
        let token = new_token()?;
        self.all().insert(token, Arc::new(context));
        Ok(token)
    }

    /// Returns the settings of a number. After a restore there are none.
    fn get(&self, token: u64) -> std::io::Result<Arc<Context>> {
        let context = self.all().get(&token).cloned();
        context.ok_or_else(|| std::io::ErrorKind::NotFound.into())
    }

    fn all(&self) -> MutexGuard<'_, HashMap<u64, Arc<Context>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reason why an operation failed.
enum Failure {
    /// The system refused it: its number is what the VM gets.
    System(std::io::Error),
    Other(HostError),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::System(error)
    }
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        Failure::Other(coded("Error", &error.message, error.code))
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Failure::Other(error)
    }
}

fn value<T: serde::Serialize>(value: &T) -> Result<Outcome, Failure> {
    Ok(Outcome::Value(Data::of(value).map_err(HostError::from)?))
}

fn parts(address: SocketAddr) -> (String, u16) {
    (address.ip().to_string(), address.port())
}

/// Reads an address and a port.
fn address(args: &mut Args) -> Result<SocketAddr, Failure> {
    let (host, port): (String, f64) = (args.next()?, args.number()?);
    let ip: IpAddr = match host.parse() {
        Ok(ip) => ip,
        Err(_) => return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput).into()),
    };
    Ok(SocketAddr::new(ip, port as u16))
}

/// Chooses the number of a socket. It is random, so a VM that was frozen in another process has none of
/// this one. 0 stands for none.
fn new_token() -> std::io::Result<u64> {
    // JavaScript has whole numbers of so many bits.
    Ok((getrandom::u64()? >> 11).max(1))
}

/// Sockets are polled by the runtime that they are opened in.
fn require_runtime() -> Result<(), HostError> {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => Err(HostError::new(
            "cannot open a socket here: nothing drives this VM",
        )),
    }
}

/// The negative number of an error on Linux, as libuv has it.
fn number_of(error: &std::io::Error) -> i32 {
    match error.raw_os_error() {
        Some(number) if cfg!(target_os = "linux") => -number,
        _ => describe(error).number,
    }
}
