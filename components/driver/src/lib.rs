//! Drives a VM that stands alone: runs its jobs and timers, and answers its requests by WASI.
//!
//! Two kinds of drivers use this crate. Those of WASI 0.2 use all of it: a task with a pollable
//! stands for everything that takes time, and [`Pump`] waits for all pollables at once. The driver
//! of WASI 0.3 has tasks of the component model instead, and uses [`Request`], [`run_jobs`] and
//! what converts messages.
//!
//! The modules, each of which uses only those above it:
//!
//! | module | what it has |
//! |---|---|
//! | `target` | the parts of a URL |
//! | `outcome`, `boundary` | how requests are settled; values on their way into the VM and out of it |
//! | `busy`, `report`, `start` | the limit on computing; error messages; the first call of the VM |
//! | `request`, `message`, `wasi_http` | requests and heads of messages, read and converted |
//! | `turn` | running jobs |
//! | `body`, `fetch`, `task` | work that takes time |
//! | `services`, `http` | answers to requests |
//! | `pump` | the loop |

mod bindings;
mod body;
mod boundary;
mod busy;
mod fetch;
mod http;
mod message;
mod outcome;
mod pump;
mod report;
mod request;
pub mod services;
mod start;
mod target;
mod task;
mod turn;
mod wasi_http;

#[cfg(test)]
mod tests;

pub use bindings::jsvm::engine::{heap, jobs, promises, requests, roots, values};
pub use body::{Bodies, WholeBody};
pub use boundary::{data, settle, value};
pub use busy::{STOPPED, is_limited, limited};
pub use fetch::{method_name, new_fields};
pub use message::{IncomingRequestHead, IncomingResponseHead, header_fields};
pub use outcome::{Outcome, denied, type_error};
pub use pump::{Ended, Program, Pump};
pub use report::{describe, print_error};
pub use request::{
    FetchRequest, HttpRequest, InputRequest, Request, ServedEvent, ServedRequest, ServedResponse,
    ServiceRequest,
};
pub use start::start;
pub use target::Target;
pub use task::Tasks;
pub use turn::{JobEvents, Turn, run_jobs};
