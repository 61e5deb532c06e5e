//! A pipeline of text. Each line of standard input is a document, which passes through all plugins of a
//! folder in the order of their names; what is left of it is printed.
//!
//! Plugins are written in JavaScript, TypeScript, or any language that makes WebAssembly components,
//! all against the world in `wit/plugin.wit`. They are loaded again when their files change. What one of them
//! does wrong costs the others nothing.

mod component;
mod document;
mod limits;
mod pipeline;
mod plugin;
mod script;

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::document::Document;
use crate::limits::Limits;
use crate::pipeline::Pipeline;

/// Pass each line of standard input through the plugins of a folder
#[derive(Parser)]
struct Options {
    /// Folder with plugins: .js, .mjs, .ts, .mts and .wasm
    folder: PathBuf,

    /// Milliseconds that a plugin may take for a document
    #[arg(long, value_name = "MS", default_value_t = 200)]
    time: u64,

    /// Mebibytes of memory that a plugin may use
    #[arg(long, value_name = "MIB", default_value_t = 32)]
    memory: u32,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let limits = Limits {
        time: Duration::from_millis(options.time),
        memory: u64::from(options.memory) << 20,
    };
    let pipeline = match Pipeline::new(options.folder, limits) {
        Ok(pipeline) => pipeline,
        Err(error) => {
            eprintln!("plugins: {error}");
            return ExitCode::FAILURE;
        }
    };
    match run(pipeline) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plugins: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut pipeline: Pipeline) -> io::Result<()> {
    let mut output = io::stdout().lock();
    pipeline.refresh();
    for line in io::stdin().lock().lines() {
        // Plugins that changed since the last document are loaded again.
        pipeline.refresh();
        let document = Document {
            text: line?,
            tags: Vec::new(),
        };
        if let Some(Document { text, tags }) = pipeline.transform(document) {
            match tags.is_empty() {
                true => writeln!(output, "{text}")?,
                false => writeln!(output, "{text} [{}]", tags.join(", "))?,
            }
            output.flush()?;
        }
    }
    Ok(())
}
