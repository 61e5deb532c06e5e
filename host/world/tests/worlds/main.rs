//! Components for worlds: made of programs, validated, and called by a host.
#![allow(missing_docs, clippy::unwrap_used)]

mod asynchronous;
mod bad_input;
mod cases;
mod children;
mod host;
mod json;
mod lock;
mod make;
mod refused;
mod resources;
mod running;
mod sources;
