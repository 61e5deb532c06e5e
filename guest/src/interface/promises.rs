//! The interface `promises`.
use crate::bindings::exports::jsvm::engine::promises::{
    Deferred, Guest, PromiseEvents, PromiseState, Rejection,
};
use crate::bindings::exports::jsvm::engine::values::{Output, Value as Handle, ValueBorrow};
use crate::convert::output;
use crate::error::{self, Result};
use crate::handle::{handle, held};
use crate::js;
use crate::{promise_events, rejection};

impl Guest for crate::Guest {
    fn create_promise() -> Result<Deferred> {
        let (promise, resolve, reject) = js::new_promise()?;
        Ok(Deferred {
            promise: handle(promise),
            resolve: handle(resolve),
            reject: handle(reject),
        })
    }

    fn get_promise_state(promise: ValueBorrow<'_>) -> Option<PromiseState> {
        Some(match held(&promise).promise_state()? {
            js::PromiseState::Pending => PromiseState::Pending,
            js::PromiseState::Fulfilled => PromiseState::Fulfilled,
            js::PromiseState::Rejected => PromiseState::Rejected,
        })
    }

    fn get_promise_result(promise: ValueBorrow<'_>) -> Output {
        match held(&promise).promise_state() {
            None | Some(js::PromiseState::Pending) => Output::Undefined,
            Some(state) => {
                if state == js::PromiseState::Rejected {
                    held(&promise).mark_promise_handled();
                }
                output(held(&promise).promise_result())
            }
        }
    }

    fn mark_handled(promise: ValueBorrow<'_>) {
        if held(&promise).promise_state().is_some() {
            held(&promise).mark_promise_handled();
        }
    }

    fn take_unhandled_rejections() -> Vec<Rejection> {
        let rejections = rejection::take().into_iter();
        rejections
            .map(|rejected| Rejection {
                promise: handle(rejected.promise),
                reason: error::describe(rejected.reason),
                out_of_memory: rejected.out_of_memory,
            })
            .collect()
    }

    fn take_handled_rejections() -> Vec<Handle> {
        rejection::take_handled().into_iter().map(handle).collect()
    }

    fn record_promises(capacity: u32) {
        promise_events::record(capacity);
    }

    fn take_promise_events() -> PromiseEvents {
        promise_events::take()
    }
}
