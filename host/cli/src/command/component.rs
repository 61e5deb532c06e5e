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
    jsvm component --no-host && wac plug app.wasm --plug js-vm.wasm -o composed.wasm\n  \
    jsvm component -o - | wasm-tools component wit")]
pub struct Component {
    /// Where to write it, or - for standard output
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
            let path = self.output.display();
            return std::fs::write(&self.output, component)
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
