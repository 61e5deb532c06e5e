//! Tests of the program `jsvm`, and of the files that it builds.
//!
//! They are one program, since each would link the whole runtime: a module for each subject.
#![allow(missing_docs, clippy::unwrap_used)]

mod budgets;
mod build;
#[cfg(unix)]
mod coding;
mod compose;
mod egress;
mod engine;
mod fetch;
#[cfg(unix)]
mod files;
#[cfg(unix)]
mod flow;
#[cfg(unix)]
mod frames;
mod golden;
mod hostile_files;
#[cfg(target_os = "linux")]
mod keyvalue;
#[cfg(unix)]
mod link;
mod link_async;
mod make;
#[cfg(unix)]
mod mcp;
mod new;
#[cfg(unix)]
mod repl;
mod run;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod serve_component;
#[cfg(unix)]
mod serve_http2;
#[cfg(unix)]
mod serve_limits;
#[cfg(unix)]
mod serve_strict;
#[cfg(unix)]
mod served;
#[cfg(unix)]
mod stdio;
#[cfg(unix)]
mod visitor;
#[cfg(unix)]
mod watch;
#[cfg(unix)]
mod writing;
