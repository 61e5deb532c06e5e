//! `jsvm build`: what it makes is run as `wasmtime serve` and `wasmtime run` do it.

mod busy;
mod command;
mod files;
mod leave_out;
mod optimize;
mod serve;
mod together;
mod touch;
mod worlds;
