//! The interface `requests`.
use crate::bindings::exports::jsvm::engine::requests::{Guest, Request};
use crate::bindings::jsvm::engine::types::Data;
use crate::error::Result;
use crate::request;

impl Guest for crate::Guest {
    fn take_requests() -> Vec<Request> {
        request::take(false)
    }

    fn get_unsettled_requests() -> Vec<Request> {
        request::take(true)
    }

    fn take_cancellations() -> Vec<u64> {
        request::take_cancelled()
    }

    fn settle(id: u64, outcome: std::result::Result<Data, Data>) -> Result<bool> {
        Ok(request::settle(id, outcome)?)
    }
}
