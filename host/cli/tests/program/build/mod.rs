//! `jsvm build`: what it makes is run as `wasmtime serve` and `wasmtime run` do it.

mod busy;
mod command;
mod files;
mod serve;
mod together;
mod touch;
