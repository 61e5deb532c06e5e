//! `jsvm build`: what it makes is run as `wasmtime serve` and `wasmtime run` do it.

mod async_imports;
mod busy;
mod command;
mod fetch_world;
mod files;
mod hosts;
mod leave_out;
mod logging;
mod mounted;
mod optimize;
mod packages;
mod serve;
mod shape;
mod spin;
mod together;
mod touch;
mod versions;
mod wasi;
mod worlds;
