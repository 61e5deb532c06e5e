//! `jsvm completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = "Example:\n  jsvm completions bash > ~/.local/share/bash-completion/completions/jsvm")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> anyhow::Result<()> {
        let mut command = super::Cli::command();
        clap_complete::generate(self.shell, &mut command, "jsvm", &mut std::io::stdout());
        Ok(())
    }
}
