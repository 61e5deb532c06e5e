//! `jsvm types`

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use jsvm_link::Linker;

use super::link::{CompileOptions, NamedFile, named_file};
use super::output;
use super::reason::reason;

/// Print TypeScript declarations of a component's exports
///
/// The declarations are those of the modules that a program can import when it is run with --link
/// and this component.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm types filters.wasm\n  \
    jsvm types filters.wasm -o filters.d.ts\n  \
    jsvm types img=filters.wasm")]
pub struct Types {
    /// The component
    #[arg(value_name = "[NAME=]FILE", value_parser = named_file)]
    component: NamedFile,

    /// Where to write the declarations, or - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    #[command(flatten)]
    compile: CompileOptions,
}

impl Types {
    pub fn run(self) -> anyhow::Result<()> {
        let declarations = self.component.compile(&Linker::new()?, &self.compile)?;
        let declarations = declarations.declarations();
        if self.output.as_os_str() != "-" {
            let path = self.output.display();
            return std::fs::write(&self.output, declarations)
                .map_err(|error| anyhow!("cannot write {path}: {}", reason(&error)));
        }
        output::print(declarations.trim_end());
        Ok(())
    }
}
