//! `jsvm component`

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

/// Write the component js-vm.wasm, for use without this program
#[derive(Args)]
pub struct Component {
    /// Where to write it, or - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "js-vm.wasm")]
    output: PathBuf,
}

impl Component {
    pub fn run(self) -> anyhow::Result<()> {
        if self.output.as_os_str() == "-" {
            return Ok(std::io::stdout().write_all(jsvm::COMPONENT)?);
        }
        std::fs::write(&self.output, jsvm::COMPONENT)
            .with_context(|| format!("cannot write {}", self.output.display()))
    }
}
