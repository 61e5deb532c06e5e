//! `jsvm component`

use std::borrow::Cow;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::Args;

use super::usage::reason;
use super::{Usage, output};

/// Write the component js-vm.wasm, for use without this program
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

    /// With a host in it that has no functions: what it imports is WASI and nothing else
    #[arg(long)]
    no_host: bool,
}

impl Component {
    pub fn run(self) -> anyhow::Result<()> {
        let component = match self.no_host {
            false => Cow::Borrowed(jsvm::COMPONENT),
            true => Cow::Owned(jsvm::standalone::without_host()?),
        };
        if self.output.as_os_str() != "-" {
            let path = self.output.display();
            return std::fs::write(&self.output, component)
                .map_err(|error| anyhow!("cannot write {path}: {}", reason(&error)));
        }
        if output::is_terminal() {
            bail!(Usage(
                "a component is not text to be shown in a terminal: use -o FILE".into()
            ));
        }
        output::print_bytes(&component);
        Ok(())
    }
}
