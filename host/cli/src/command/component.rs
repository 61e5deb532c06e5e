//! `jsvm component`

use std::borrow::Cow;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::Args;

use super::output;
use super::reason::reason;
use super::usage::Usage;

/// Write the component js-vm.wasm, for other hosts
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm component\n  \
    jsvm component -o build/js-vm.wasm\n  \
    jsvm component -o engines/\n  \
    jsvm component --no-host && wac plug app.wasm --plug js-vm.wasm -o composed.wasm\n  \
    jsvm component -o - | wasm-tools component wit")]
pub struct Component {
    /// Where to write it, or - for standard output. In a folder, its name is its SHA-256, by which
    /// `jsvm restore --engine` finds it
    #[arg(short, long, value_name = "FILE", default_value = "js-vm.wasm")]
    output: PathBuf,

    /// Add a host without functions: the component then imports only WASI
    #[arg(long)]
    no_host: bool,
}

impl Component {
    pub fn run(self) -> anyhow::Result<()> {
        let component = match self.no_host {
            false => Cow::Borrowed(jsvm::COMPONENT),
            true => Cow::Owned(jsvm_standalone::without_host()?),
        };
        if self.output.as_os_str() != "-" {
            let file = match self.output.is_dir() && !self.no_host {
                true => self
                    .output
                    .join(format!("{}.wasm", jsvm::EngineId::BUILT_IN)),
                false => self.output,
            };
            let path = file.display();
            return std::fs::write(&file, component)
                .map_err(|error| anyhow!("cannot write {path}: {}", reason(&error)));
        }
        if output::is_terminal() {
            bail!(Usage(
                "cannot write binary data to a terminal: use -o FILE".into()
            ));
        }
        output::print_bytes(&component);
        Ok(())
    }
}
