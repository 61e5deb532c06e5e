//! Worlds with asynchronous functions, futures and streams.

mod calls;
mod composed;
mod futures;
mod host;
mod streams;
mod timers;
