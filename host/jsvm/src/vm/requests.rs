//! What a VM asks of its embedder, and promises that were rejected.

use serde::ser::Serialize;

use super::Vm;
use crate::bindings::wit;
use crate::data::Data;
use crate::error::{Error, Exception, Limit};
use crate::function::HostError;
use crate::value::Value;

/// Requests and rejections.
impl Vm {
    /// The requests that scripts made since the last call, in order.
    ///
    /// ```
    /// use jsvm::HostError;
    /// let vm = jsvm::Engine::global()?.vm().request("read").build()?;
    /// let promise = vm.eval("read('a.txt').then(text => text.toUpperCase())")?;
    /// for request in vm.take_requests()? {
    ///     let (path,): (String,) = request.args.to()?;
    ///     vm.settle(request.id, Ok::<_, HostError>(format!("contents of {path}")))?;
    /// }
    /// vm.run_jobs()?;
    /// assert_eq!(promise.promise_value()?.to::<String>()?, "CONTENTS OF A.TXT");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn take_requests(&self) -> Result<Vec<Request>, Error> {
        let requests = self
            .shared
            .enter(|e| e.vm.requests().call_take_requests(e.store))?;
        Ok(self.requests(requests))
    }

    /// All unsettled requests, taken or not: what to start from after losing track.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn unsettled_requests(&self) -> Result<Vec<Request>, Error> {
        let requests = self
            .shared
            .enter(|e| e.vm.requests().call_get_unsettled_requests(e.store))?;
        Ok(self.requests(requests))
    }

    fn requests(&self, requests: Vec<wit::Request>) -> Vec<Request> {
        let requests = requests.into_iter();
        requests
            .map(|wit::Request { id, name, args }| Request {
                id,
                name,
                args: self.shared.data(args),
            })
            .collect()
    }

    /// Fulfils or rejects the promise of a request. Reactions become jobs: see
    /// [`run_jobs`](Self::run_jobs). Returns whether there was such a request.
    ///
    /// # Errors
    /// [`Error::ForeignValue`] if the outcome holds a token of another VM.
    pub fn settle<T: Serialize>(
        &self,
        id: u64,
        outcome: Result<T, HostError>,
    ) -> Result<bool, Error> {
        let data = match outcome {
            Ok(value) => Ok(Data::of(&value)?),
            Err(error) => Err(error.into_data()),
        };
        let (Ok(checked) | Err(checked)) = &data;
        self.check(checked)?;
        // Tokens in the data must live until the VM has copied it.
        let form = match &data {
            Ok(value) => Ok(value.form()?),
            Err(reason) => Err(reason.form()?),
        };
        self.shared
            .try_enter(|e| e.exports.lending.settle(e.store, id, form))
    }

    /// The requests that were taken and that the script gave up since the last call, by an
    /// `AbortSignal` among their arguments. They are settled; the work may be stopped.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn take_cancellations(&self) -> Result<Vec<u64>, Error> {
        self.shared
            .enter(|e| e.vm.requests().call_take_cancellations(e.store))
    }

    /// The promises that were rejected without a handler since the last call and still have none.
    /// Ask when no job is left.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn take_unhandled_rejections(&self) -> Result<Vec<Rejection>, Error> {
        let rejections = self
            .shared
            .enter(|e| e.vm.promises().call_take_unhandled_rejections(e.store))?;
        let rejections = rejections.into_iter().map(|rejection| Rejection {
            promise: Value::from_handle(&self.shared, rejection.promise),
            reason: Exception::from_wit(rejection.reason, |output| self.shared.wrap(output)),
            limit: rejection.out_of_memory.then_some(Limit::Memory),
        });
        Ok(rejections.collect())
    }
}

/// A request: work that a script asked for and that the embedder does, from [`Vm::take_requests`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().request("read").build()?;
/// vm.eval("read('a.txt')")?;
/// let request = vm.take_requests()?.remove(0);
/// assert_eq!(request.name, "read");
/// assert_eq!(request.args.to::<(String,)>()?.0, "a.txt");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The number by which it is settled, unique in the life of the VM.
    pub id: u64,
    /// The name of the request function.
    pub name: String,
    /// An array of the arguments.
    pub args: Data,
}

/// An unhandled promise rejection, from [`Vm::take_unhandled_rejections`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// vm.eval("Promise.reject(new RangeError('far'))")?;
/// let rejection = vm.take_unhandled_rejections()?.remove(0);
/// assert_eq!(rejection.reason.name, "RangeError");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rejection {
    /// The promise.
    pub promise: Value,
    /// The reason.
    pub reason: Exception,
    /// The limit that was reached, if that is the reason.
    pub limit: Option<Limit>,
}
