//! Calls components of WASI 0.3.

use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::join;
use http_body_util::BodyExt;
use jsvm_http::PendingRequest;
use jsvm_link::internal::EpochTicker;
use wasmtime::AsContextMut;
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{Prepared, Proxy};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use super::body::{StopGuard, send};
use super::guest::Guest;
use super::{Call, outgoing, store};

/// Answers a request with a fresh instance, and runs the instance until its work is done.
pub async fn respond(
    pre: &ServicePre<Guest>,
    guest: Guest,
    ticker: Arc<EpochTicker>,
    busy: Duration,
    pending_request: PendingRequest,
) -> wasmtime::Result<()> {
    let PendingRequest {
        request, answer, ..
    } = pending_request;
    let request = request.map(|body| body.map_err(outgoing::internal).boxed_unsync());
    let (store, since) = store(pre.engine(), guest, busy);
    let (head, receiver) = oneshot::channel();
    let is_stopped = Arc::<AtomicBool>::default();
    let guard = StopGuard::new(is_stopped.clone());
    let call = Call {
        ticker,
        since,
        call: Box::pin(async move {
            let mut store = store;
            // Variables are dropped in reverse order: the guard before the store.
            let mut guard = guard;
            let proxy = Proxy::P3(pre.instantiate_async(&mut store).await?);
            let proxy = &proxy;
            let called = store.run_concurrent(async |accessor| {
                let prepared = accessor.with(|mut store| {
                    let view = <Guest as WasiHttpView>::http;
                    Prepared::new(store.as_context_mut(), proxy, request, view, head)
                })?;
                // The server's time limit ends the wait.
                prepared.run(accessor, pending()).await?;
                // The response is there; its body may still come.
                poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
                Ok(())
            });
            called.await.flatten()?;
            guard.done();
            Ok(())
        }),
    };
    let answered = async {
        match receiver.await {
            Ok(response) => {
                send(answer, response?, is_stopped);
                Ok(())
            }
            // The call returns the error, if there is one.
            Err(_) => Ok(()),
        }
    };
    let (called, answered) = join(call, answered).await;
    called.and(answered)
}
