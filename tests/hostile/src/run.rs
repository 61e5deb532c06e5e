//! Runs a case, and makes failures small.

use std::fs;
use std::path::{Path, PathBuf};

use super::child;
use super::context::Context;
use super::polls;
use super::recipe::Recipe;
use super::server;
use super::stage::{Staged, stage};
use super::verdict::{Allowed, Failure, FailureKind, judge, longest_poll};

/// How many simpler cases are tried for a failure.
const TRIES: usize = 8;

/// Runs a case in a folder, which is empty before.
pub fn run(context: &Context, recipe: &Recipe, folder: &Path) -> Option<Failure> {
    let failure = match recipe {
        Recipe::Server {
            handler,
            client,
            seed,
        } => server::run(context, folder, *handler, *client, *seed),
        recipe => run_program(context, recipe, folder),
    };
    failure.unwrap_or_else(|error| Some(Failure::new(FailureKind::Broken, format!("{error:#}"))))
}

fn run_program(
    context: &Context,
    recipe: &Recipe,
    folder: &Path,
) -> anyhow::Result<Option<Failure>> {
    let staged = stage(context, recipe, folder)?;
    fs::write(folder.join("command.txt"), command(context, &staged))?;
    let running = child::start(&context.program, folder, &staged.args)?;
    let ended = running.wait(Context::kill_limits(staged.allowed))?;
    fs::write(folder.join("stderr.txt"), &ended.stderr)?;
    if let Some(failure) = judge(&ended, staged.allowed) {
        return Ok(Some(failure));
    }
    match &staged.script {
        Some(script) if polls::IS_MEASURED => measure_polls(folder, script, staged.allowed),
        _ => Ok(None),
    }
}

fn command(context: &Context, staged: &Staged) -> String {
    let program = context.program.display();
    format!("{program} {}\n", staged.args.join(" "))
}

/// Runs a script again, in a process of this program that measures polls.
fn measure_polls(
    folder: &Path,
    script: &Path,
    allowed: Allowed,
) -> anyhow::Result<Option<Failure>> {
    let args = ["--measure".to_owned(), script.display().to_string()];
    let running = child::start(&std::env::current_exe()?, folder, &args)?;
    let ended = running.wait(Context::kill_limits(allowed))?;
    let distance = polls::read(&ended.stdout);
    Ok(distance
        .filter(|distance| *distance > longest_poll())
        .map(|distance| Failure::new(FailureKind::Polls, format!("{distance:.1?}"))))
}

/// A failure that was seen again.
#[derive(Debug)]
pub struct Confirmed {
    pub recipe: Recipe,
    pub failure: Failure,
    /// The folder with the files.
    pub folder: PathBuf,
}

/// Runs a failing case again, and then simpler ones. Returns the simplest that fails in the same
/// way; nothing if the failure does not come again, since a busy machine can be late.
pub fn confirm(
    context: &Context,
    recipe: &Recipe,
    failure: &Failure,
    name: &str,
) -> anyhow::Result<Option<Confirmed>> {
    let folder = context.fresh_folder(name)?;
    let again = |recipe: &Recipe| -> anyhow::Result<Option<Failure>> {
        let folder = context.fresh_folder(name)?;
        Ok(run(context, recipe, &folder).filter(|again| again.kind == failure.kind))
    };
    let Some(mut failure) = again(recipe)? else {
        fs::remove_dir_all(folder)?;
        return Ok(None);
    };
    let mut recipe = recipe.clone();
    let mut tries = 0;
    'simplify: loop {
        for simpler in recipe.simpler() {
            tries += 1;
            if tries > TRIES {
                break 'simplify;
            }
            if let Some(same) = again(&simpler)? {
                recipe = simpler;
                failure = same;
                continue 'simplify;
            }
        }
        break;
    }
    // The files are those of the last try.
    let folder = context.fresh_folder(name)?;
    let failure = run(context, &recipe, &folder).unwrap_or(failure);
    let names = recipe.names(&context.shapes).join(" ");
    let count = recipe
        .count()
        .map_or(String::new(), |count| format!(" x {count}"));
    fs::write(
        folder.join("failure.txt"),
        format!("{names}{count}\n{failure}\n"),
    )?;
    Ok(Some(Confirmed {
        recipe,
        failure,
        folder,
    }))
}
