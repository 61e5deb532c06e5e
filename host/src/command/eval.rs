//! `jsvm eval`

use clap::Args;
use jsvm::{InspectOptions, Source};

use super::Failed;
use super::options::VmOptions;
use super::report::{self, Sources};

/// Evaluate code and print its value
#[derive(Args)]
pub struct Eval {
    #[command(flatten)]
    vm: VmOptions,

    /// Print the value as JSON
    #[arg(long)]
    json: bool,

    /// The code
    #[arg(allow_hyphen_values = true)]
    code: String,
}

impl Eval {
    pub fn run(self) -> anyhow::Result<()> {
        let vm = self.vm.builder()?.build()?;
        let sources = Sources { name: "<eval>", text: &self.code };
        // Taken before the code can replace it.
        let stringify = vm.global()?.get("JSON")?.get("stringify")?;
        let value = vm
            .eval(Source::script(&self.code).file_name(sources.name))
            .map_err(|error| report::failure(&error, &sources))?;
        report::finish(&vm, &sources)?;
        if self.json {
            let json = stringify
                .call((&value,))
                .map_err(|error| report::failure(&error, &sources))?;
            if json.is_undefined() {
                eprintln!("jsvm: the value has no JSON form: it is undefined, a function or a symbol");
                return Err(Failed.into());
            }
            println!("{}", json.to_text()?);
        } else {
            let colors = report::colors(&std::io::stdout());
            println!("{}", value.inspect(InspectOptions { colors, ..Default::default() })?);
        }
        Ok(())
    }
}
