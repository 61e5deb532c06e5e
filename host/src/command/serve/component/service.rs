//! Components of WASI 0.3.

use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::join;
use http_body_util::BodyExt;
use jsvm::http::Asked;
use wasmtime::AsContextMut;
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{Prepared, Proxy};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use super::body::{Running, send};
use super::guest::Guest;
use super::{Call, outgoing, store};

/// Has a fresh instance answer a request, and do what else it does for it.
pub async fn respond(
    pre: &ServicePre<Guest>,
    guest: Guest,
    busy: Duration,
    asked: Asked,
) -> wasmtime::Result<()> {
    let Asked {
        request, answer, ..
    } = asked;
    let request = request.map(|body| body.map_err(outgoing::internal).boxed_unsync());
    let (store, since) = store(pre.engine(), guest, busy);
    let (sender, receiver) = oneshot::channel();
    let is_stopped = Arc::<AtomicBool>::default();
    let running = Running::new(is_stopped.clone());
    let call = Call {
        since,
        call: Box::pin(async move {
            let mut store = store;
            // What is declared last is dropped first.
            let mut running = running;
            let proxy = Proxy::P3(pre.instantiate_async(&mut store).await?);
            let proxy = &proxy;
            let called = store.run_concurrent(async |accessor| {
                let prepared = accessor.with(|mut store| {
                    let view = <Guest as WasiHttpView>::http;
                    Prepared::new(store.as_context_mut(), proxy, request, view, sender)
                })?;
                // Who waits for it has a clock.
                prepared.run(accessor, pending()).await?;
                // The response is there; its body may still come.
                poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
                Ok(())
            });
            called.await.flatten()?;
            running.done();
            Ok(())
        }),
    };
    let answered = async {
        match receiver.await {
            Ok(response) => {
                send(answer, response?, is_stopped);
                Ok(())
            }
            // If the call says why, that is told.
            Err(_) => Ok(()),
        }
    };
    let (called, answered) = join(call, answered).await;
    called.and(answered)
}
