//! Starting the future behind a request.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

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
    match started {
        Ok(Ok(future)) => Ok(guarded(name, future)),
        Ok(Err(error)) => Err(error),
        Err(panic) => Err(HostError::panicked(
            &format!("host function `{name}`"),
            &*panic,
        )),
    }
}

/// A future whose panic is what it ends with.
pub(super) fn guarded(
    name: Arc<str>,
    future: BoxFuture<'static, Result<Data, HostError>>,
) -> BoxFuture<'static, Result<Data, HostError>> {
    let panicked = move |panic: Box<dyn Any + Send>| {
        Err(HostError::panicked(
            &format!("host function `{name}`"),
            &*panic,
        ))
    };
    AssertUnwindSafe(future)
        .catch_unwind()
        .map(move |outcome| outcome.unwrap_or_else(panicked))
        .boxed()
}
