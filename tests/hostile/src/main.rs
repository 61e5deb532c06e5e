//! Runs the program `jsvm` with hostile inputs that are made from a seed, and fails if it dies,
//! panics, or takes more memory or time than its limits allow.
//!
//! `CONTRIBUTING.md` says how to run and extend it. Shapes of inputs are data: `shapes/*.toml`.
//! Shapes that are known to fail are in `known.toml`, with a reason.

mod child;
mod client;
mod context;
mod damage;
mod known;
mod polls;
mod random;
mod recipe;
mod report;
mod run;
mod server;
mod shape;
mod stage;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use clap::Parser;

use self::context::Context;
use self::random::Random;
use self::recipe::Recipe;
use self::report::{Outcome, Report};
use self::run::{confirm, run};
use self::verdict::{Failure, FailureKind};

/// Run the program jsvm with hostile inputs
#[derive(Parser)]
struct Options {
    /// How long to begin new cases
    #[arg(long, default_value_t = 60)]
    seconds: u64,

    /// The seed [default: of the clock]
    #[arg(long)]
    seed: Option<u64>,

    /// The first case
    #[arg(long, default_value_t = 0)]
    first: u64,

    /// Run so many cases at most
    #[arg(long)]
    cases: Option<u64>,

    /// Run each shape with each count once, instead of random cases
    #[arg(long, conflicts_with = "seed")]
    all: bool,

    /// Run only cases with a shape whose name contains this, such as `frame/iterator`
    #[arg(long)]
    shape: Option<String>,

    /// Do not run failures again, nor make them small; print known ones
    #[arg(long)]
    once: bool,

    /// How many cases run at the same time
    #[arg(long, default_value_t = 2)]
    jobs: usize,

    /// The longest time between two polls, in milliseconds: more on a machine that is slow or busy
    #[arg(long, default_value_t = 50)]
    poll_gap: u64,

    /// The program
    #[arg(long, default_value = "target/debug/jsvm")]
    program: PathBuf,

    /// Where to write the files of cases that fail
    #[arg(long, default_value = "target/hostile")]
    output: PathBuf,

    /// Run a script in a VM, and print the longest time between two polls
    #[arg(long, hide = true)]
    measure: Option<PathBuf>,
}

/// The cases of one run.
struct Cases {
    seed: u64,
    next: AtomicU64,
    end: u64,
    /// All recipes, if they are not random.
    all: Option<Vec<Recipe>>,
    deadline: Option<Instant>,
    shape: Option<String>,
    /// Whether failures are not run again.
    once: bool,
}

impl Cases {
    /// Returns the number and recipe of the next case.
    fn next(&self, context: &Context) -> Option<(u64, Recipe)> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.end || self.deadline.is_some_and(|end| Instant::now() >= end) {
                return None;
            }
            let recipe = match &self.all {
                Some(all) => all.get(usize::try_from(number).ok()?)?.clone(),
                None => Recipe::random(&context.shapes, &mut Random::of_case(self.seed, number)),
            };
            let names = recipe.names(&context.shapes);
            let is_wanted = |part: &String| names.iter().any(|name| name.contains(&**part));
            if self.shape.as_ref().is_none_or(is_wanted) {
                return Some((number, recipe));
            }
        }
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    if let Some(script) = &options.measure {
        polls::measure(script)?;
        return Ok(ExitCode::SUCCESS);
    }
    let data = Path::new(env!("CARGO_MANIFEST_DIR"));
    verdict::set_longest_poll(Duration::from_millis(options.poll_gap));
    let context = Context::new(options.program, data, options.output)?;
    let seed = options.seed.unwrap_or_else(clock_seed);
    let time = Duration::from_secs(options.seconds);
    let cases = Cases {
        seed,
        next: AtomicU64::new(options.first),
        end: options
            .cases
            .map_or(u64::MAX, |cases| options.first.saturating_add(cases)),
        all: options.all.then(|| Recipe::all(&context.shapes)),
        deadline: (!options.all).then(|| Instant::now() + time),
        shape: options.shape,
        once: options.once,
    };
    match options.all {
        true => println!("all shapes"),
        false => println!("seed {seed}"),
    }
    let report = Mutex::new(Report::default());
    // A case that is run again is run alone.
    let alone = RwLock::new(());
    thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            scope.spawn(|| work(&context, &cases, &report, &alone));
        }
    });
    let report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.print(&context.known);
    Ok(match report.has_failed() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

fn clock_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(1, |now| now.as_millis() as u64 % 1_000_000)
}

/// Runs cases until there are no more.
fn work(context: &Context, cases: &Cases, report: &Mutex<Report>, alone: &RwLock<()>) {
    while let Some((number, recipe)) = cases.next(context) {
        let name = format!("{}-{number}", cases.seed);
        let outcome = match context.fresh_folder(&name) {
            Ok(folder) => {
                let failure = {
                    let _shared = alone.read().unwrap_or_else(PoisonError::into_inner);
                    run(context, &recipe, &folder)
                };
                judge(context, cases, alone, number, &recipe, failure)
            }
            Err(error) => {
                println!("case {number}: {error:#}");
                Outcome::Failed
            }
        };
        if outcome != Outcome::Failed {
            // Only failures keep their files.
            let _ = std::fs::remove_dir_all(context.folder.join(&name));
        }
        let gaps = context.known.gaps(&recipe.names(&context.shapes));
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        report.add(recipe.area(), outcome, gaps);
    }
}

/// Decides what a failure means.
fn judge(
    context: &Context,
    cases: &Cases,
    alone: &RwLock<()>,
    number: u64,
    recipe: &Recipe,
    failure: Option<Failure>,
) -> Outcome {
    let Some(failure) = failure else {
        return Outcome::Good;
    };
    let names = recipe.names(&context.shapes);
    let count = recipe
        .count()
        .map_or(String::new(), |count| format!(" x {count}"));
    let title = format!("case {number} ({}{count})", names.join(" "));
    if let Some(gap) = context.known.explains(&names, failure.kind) {
        if cases.once {
            println!("known: {title}: {failure}");
        }
        return Outcome::Known(gap);
    }
    let _alone = alone.write().unwrap_or_else(PoisonError::into_inner);
    let name = format!("{}-{number}", cases.seed);
    let confirmed = match failure.kind {
        FailureKind::Broken => None,
        _ if cases.once => None,
        _ => match confirm(context, recipe, &failure, &name) {
            Ok(None) => {
                println!("unsteady: {title}: {failure}");
                return Outcome::Unsteady;
            }
            Ok(confirmed) => confirmed,
            Err(error) => {
                println!("{error:#}");
                None
            }
        },
    };
    println!("FAILED: {title}: {failure}");
    if let Some(confirmed) = confirmed {
        let names = confirmed.recipe.names(&context.shapes).join(" ");
        let count = confirmed.recipe.count();
        println!(
            "  smallest: {names}{}: {}\n  files: {}",
            count.map_or(String::new(), |count| format!(" x {count}")),
            confirmed.failure,
            confirmed.folder.display()
        );
    }
    let which = match cases.all {
        Some(_) => "--all".to_owned(),
        None => format!("--seed {}", cases.seed),
    };
    println!("  again: {which} --first {number} --cases 1");
    Outcome::Failed
}
