//! Starting the future behind a request.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::future::{BoxFuture, FutureExt};

use crate::async_function::{AsyncFunctions, RequestInfo};
use crate::data::Data;
use crate::function::HostError;

/// Starts a function. What panics in it rejects the promise, as it would throw in a function
/// that is not asynchronous.
pub(super) fn launch(
    functions: &AsyncFunctions,
    info: RequestInfo,
    args: &Data,
) -> Result<BoxFuture<'static, Result<Data, HostError>>, HostError> {
    let name = info.name.clone();
    let started = catch_unwind(AssertUnwindSafe(|| functions.start(info, args)));
    let panicked = move |panic: Box<dyn Any + Send>| HostError::panicked(&name, &*panic);
    match started {
        Ok(Ok(future)) => Ok(AssertUnwindSafe(future)
            .catch_unwind()
            .map(move |outcome| outcome.unwrap_or_else(|panic| Err(panicked(panic))))
            .boxed()),
        Ok(Err(error)) => Err(error),
        Err(panic) => Err(panicked(panic)),
    }
}
