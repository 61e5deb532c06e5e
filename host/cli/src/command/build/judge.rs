//! Decides whether a program can be built, by what its top level uses.

use super::Build;
use super::evaluate::Evaluated;
use super::uses::Use;
use crate::command::exit::Exit;
use crate::command::output;

impl Build {
    /// Fails if the program uses a value that is known only when the component runs.
    pub(super) fn judge(&self, uses: &[Use], evaluated: &Evaluated) -> anyhow::Result<()> {
        let text_of = |file: &str| evaluated.session().modules().source(file);
        let mut packages = Vec::new();
        let mut reads_arguments = false;
        for used in uses {
            let variable = used.what.strip_prefix("process.env.");
            // Packages read many variables that are rarely set.
            if let (Some(name), true) = (variable, used.is_in_package()) {
                if !packages.contains(&name) {
                    packages.push(name);
                }
                continue;
            }
            // They look for flags such as --no-color. A server has no arguments.
            if used.what == "process.argv" && used.is_in_package() {
                reads_arguments = true;
                continue;
            }
            let advice = match (&*used.what, variable) {
                ("fetch()", _) => {
                    "Call it when a request is served, or when the command runs".into()
                }
                ("process.argv", _) => "Read it when the command runs".into(),
                (_, Some(name)) => {
                    format!("Read it later, or set it with --env {name}=VALUE")
                }
                (what, _) if what.contains("andom") => {
                    "Use it later, or use the same numbers in every instance with --seed".into()
                }
                _ => "Use it later, or set the time, such as that of the build with --clock now"
                    .to_owned(),
            };
            output::print_error(&used.text(text_of, &advice));
            return Err(Exit::FAILED.into());
        }
        if reads_arguments {
            output::print_error(
                "Note: packages read process.argv during the build, when it has no arguments",
            );
        }
        if !packages.is_empty() {
            output::print_error(&format!(
                "Note: packages read environment variables that are not set: {}. Set them with --env \
                 NAME=VALUE",
                packages.join(", ")
            ));
        }
        Ok(())
    }
}
