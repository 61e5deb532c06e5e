//! `jsvm types`

mod guest;

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use jsvm_link::Linker;

use self::guest::GuestOptions;
use super::link::{CompileOptions, NamedFile, named_file};
use super::output;
use super::reason::reason;

/// Print TypeScript declarations of a component's exports, of a WIT world, or of what programs find
/// in jsvm
///
/// The declarations of a component are those of the modules that a program can import when it is run
/// with --link and this component. Those of --runtime are the modules jsvm:keyvalue, jsvm:config and
/// node:fs, and globals such as process and scriptArgs. They refer to TypeScript's library "dom".
///
/// The declarations of --wit and --guest are those of a program that becomes a component: a module
/// for each import of the world, and one with the name of the world. The latter has the types of
/// exports; its interface World is all that the program exports. They refer to TypeScript's library
/// "esnext".
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm types filters.wasm\n  \
    jsvm types filters.wasm -o filters.d.ts\n  \
    jsvm types img=filters.wasm\n  \
    jsvm types --runtime -o jsvm.d.ts\n  \
    jsvm types --wit wit --guest -o src/world.d.ts --program src/app.ts")]
pub struct Types {
    /// The component
    #[arg(value_name = "[NAME=]FILE", value_parser = named_file)]
    #[arg(required_unless_present_any = ["runtime", "wit"], conflicts_with_all = ["runtime", "wit"])]
    component: Option<NamedFile>,

    /// Print the declarations of what programs find in jsvm
    #[arg(long, conflicts_with = "wit")]
    runtime: bool,

    /// Where to write the declarations, or - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    #[command(flatten)]
    guest: GuestOptions,

    #[command(flatten)]
    compile: CompileOptions,
}

impl Types {
    pub fn run(self) -> anyhow::Result<()> {
        if let Some(wit) = &self.guest.wit {
            return self.guest.write(wit, &self.output);
        }
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
