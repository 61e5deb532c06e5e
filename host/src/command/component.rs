//! `jsvm component`

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
    jsvm component -o - | wasm-tools component wit")]
pub struct Component {
    /// Where to write it, or - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "js-vm.wasm")]
    output: PathBuf,
}

impl Component {
    pub fn run(self) -> anyhow::Result<()> {
        if self.output.as_os_str() != "-" {
            let path = self.output.display();
            return std::fs::write(&self.output, jsvm::COMPONENT)
                .map_err(|error| anyhow!("cannot write {path}: {}", reason(&error)));
        }
        if output::is_terminal() {
            bail!(Usage(
                "a component is not text to be shown in a terminal: use -o FILE".into()
            ));
        }
        output::print_bytes(jsvm::COMPONENT);
        Ok(())
    }
}
