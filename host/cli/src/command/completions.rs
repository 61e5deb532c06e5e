//! `jsvm completions`

use clap::{Args, Command};
use clap_complete::Shell;

use super::output;

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm completions bash > ~/.local/share/bash-completion/completions/jsvm\n  \
    jsvm completions zsh > ~/.zfunc/_jsvm\n  \
    jsvm completions fish > ~/.config/fish/completions/jsvm.fish")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Prints the completions of `command`.
    pub fn run(self, command: &mut Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "jsvm", &mut script);
        output::print_bytes(&script);
        Ok(())
    }
}
