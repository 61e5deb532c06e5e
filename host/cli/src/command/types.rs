//! `jsvm types`

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use jsvm_link::Linker;

use super::link::{CompileOptions, NamedFile, named_file};
use super::output;
use super::reason::reason;

/// Print TypeScript declarations of a component's exports, or of what programs find in jsvm
///
/// The declarations of a component are those of the modules that a program can import when it is run
/// with --link and this component. Those of --runtime are the modules jsvm:keyvalue, jsvm:config and
/// node:fs, and globals such as process and scriptArgs. They refer to TypeScript's library "dom".
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm types filters.wasm\n  \
    jsvm types filters.wasm -o filters.d.ts\n  \
    jsvm types img=filters.wasm\n  \
    jsvm types --runtime -o jsvm.d.ts")]
pub struct Types {
    /// The component
    #[arg(value_name = "[NAME=]FILE", value_parser = named_file)]
    #[arg(required_unless_present = "runtime", conflicts_with = "runtime")]
    component: Option<NamedFile>,

    /// Print the declarations of what programs find in jsvm
    #[arg(long)]
    runtime: bool,

    /// Where to write the declarations, or - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    #[command(flatten)]
    compile: CompileOptions,
}

impl Types {
    pub fn run(self) -> anyhow::Result<()> {
        let declarations = match &self.component {
            Some(component) => {
                let component = component.compile(&Linker::new()?, &self.compile)?;
                component.declarations()
            }
            None => include_str!("runtime.d.ts").to_owned(),
        };
        if self.output.as_os_str() != "-" {
            let path = self.output.display();
            return std::fs::write(&self.output, declarations)
                .map_err(|error| anyhow!("cannot write {path}: {}", reason(&error)));
        }
        output::print(declarations.trim_end());
        Ok(())
    }
}
