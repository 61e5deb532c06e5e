//! A VM that is resumed goes on exactly as the one it was taken of would have: each program of
//! `tests/cases/resume` runs twice, once straight through and once frozen, dropped and resumed
//! after every step. What the steps do and the whole memory after each must be the same. What they
//! do is in the file beside the program.
//!
//! A program is evaluated in blocks, between which are lines `// ---`. It finds a request function
//! `timer(at)`, which is settled when `performance.now()` is `at`, a host function `double(x)` and
//! a module `counter`.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jsvm::snapshot::Decoder;
use jsvm::{
    Error, HostError, Import, InspectOptions, ManualClock, Module, ModuleLoader, SealKey,
    SnapshotId, Source, Value, Vm, VmBuilder,
};
use jsvm_tests::{Console, builder, cases};
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    cases::golden("resume", "js", run)
}

fn run(file: &Path) -> Result<String, Failed> {
    let program = fs::read_to_string(file)?;
    let straight = Player::new(&program, false)?.play()?;
    let resumed = Player::new(&program, true)?.play()?;
    for (number, (straight, resumed)) in straight.iter().zip(&resumed).enumerate() {
        if straight != resumed {
            return Err(format!(
                "step {number} differs; straight through:\n{}{}\nresumed:\n{}{}",
                straight.report, straight.id, resumed.report, resumed.id
            )
            .into());
        }
    }
    if straight.len() != resumed.len() {
        return Err("one run ended before the other".into());
    }
    Ok(straight.into_iter().map(|step| step.report).collect())
}

/// What a step did, and the state after it.
#[derive(PartialEq, Eq)]
struct Step {
    report: String,
    id: SnapshotId,
}

/// What can be done to a VM.
#[derive(Clone, Copy)]
enum Action {
    Evaluate,
    RunJob,
    Settle,
    Collect,
}

/// In this order, over and over: whatever a program does is interrupted by everything else.
const ROUND: [Action; 5] = [
    Action::Evaluate,
    Action::RunJob,
    Action::Settle,
    Action::RunJob,
    Action::Collect,
];

/// More steps than any program takes.
const MOST_STEPS: usize = 1000;

/// When every program begins, since 1970-01-01T00:00:00Z.
const BEGIN: Duration = Duration::from_secs(1_700_000_000);

/// Drives a program. Of the VM it remembers nothing from one step to the next.
struct Player<'a> {
    /// Those that are still to come, the next one last.
    blocks: Vec<&'a str>,
    resume: bool,
    console: Console,
    vm: Vm,
    clock: Arc<ManualClock>,
    /// Time since the program began.
    now: Duration,
}

impl<'a> Player<'a> {
    fn new(program: &'a str, resume: bool) -> Result<Self, Failed> {
        let mut blocks: Vec<_> = program.split("// ---\n").collect();
        blocks.reverse();
        let console = Console::default();
        let clock = Arc::new(ManualClock::new(BEGIN));
        // Only the first VM is given a seed: those that are resumed have it from there.
        let vm = settings(&console, &clock).seed(7).build()?;
        Ok(Player {
            blocks,
            resume,
            console,
            vm,
            clock,
            now: Duration::ZERO,
        })
    }

    fn play(mut self) -> Result<Vec<Step>, Failed> {
        let mut steps = Vec::new();
        for action in ROUND.iter().cycle() {
            if self.is_done()? {
                break;
            }
            let Some(report) = self.perform(*action)? else {
                continue;
            };
            let id = self.freeze()?;
            steps.push(Step { report, id });
            if steps.len() > MOST_STEPS {
                return Err("it does not end".into());
            }
        }
        Ok(steps)
    }

    fn is_done(&self) -> Result<bool, Failed> {
        let waits = self.vm.run_jobs_up_to(0)?.pending || !self.vm.unsettled_requests()?.is_empty();
        Ok(self.blocks.is_empty() && !waits)
    }

    /// Takes a snapshot, and goes on with a VM that is made of its bytes.
    fn freeze(&mut self) -> Result<SnapshotId, Failed> {
        let snapshot = self.vm.snapshot()?;
        if self.resume {
            // Sealed, so that it holds the seed.
            let key = SealKey::new([1; 32]);
            let bytes = snapshot.encode().seal(&key).to_bytes()?;
            let snapshot = Decoder::new().key(&key).from_bytes(&bytes)?;
            // The clocks of another process: it is the same time, and nothing else is the same.
            self.clock = Arc::new(ManualClock::new(BEGIN + self.now));
            self.vm = settings(&self.console, &self.clock).resume(&snapshot)?;
        }
        // Freezing and resuming leave no trace.
        if self.vm.snapshot()?.id() != snapshot.id() {
            return Err("a second snapshot differs from the first".into());
        }
        Ok(snapshot.id())
    }

    /// Does something and says what came of it, or does nothing if there is nothing to do.
    fn perform(&mut self, action: Action) -> Result<Option<String>, Failed> {
        let (mut report, outcome) = match action {
            Action::Evaluate => {
                let Some(block) = self.blocks.pop() else {
                    return Ok(None);
                };
                let source = Source::script(block).file_name("program.js");
                let outcome = self.vm.eval(source).and_then(|value| shown(&value));
                let first = block.lines().next().unwrap_or_default();
                (format!("evaluate {first}\n"), outcome.map(Some))
            }
            Action::RunJob => match self.vm.run_jobs_up_to(1) {
                Ok(report) if report.executed == 0 => return Ok(None),
                outcome => ("job\n".to_owned(), outcome.map(|_| None)),
            },
            Action::Settle => {
                let Some((request, at)) = self.next_timer()? else {
                    return Ok(None);
                };
                let outcome = self.vm.settle(request, Ok::<_, HostError>(at));
                (format!("settle {at}\n"), outcome.map(|_| None))
            }
            Action::Collect => (
                "collect\n".to_owned(),
                self.vm.heap().collect_garbage().map(|()| None),
            ),
        };
        for (level, text) in self.console.take() {
            report += &format!("  {level}: {text}\n");
        }
        match outcome {
            Ok(Some(value)) => report += &format!("  {value}\n"),
            Ok(None) => {}
            Err(error) => report += &format!("  failed: {error}\n"),
        }
        for rejection in self.vm.take_unhandled_rejections()? {
            report += &format!("  unhandled: {}\n", rejection.reason);
        }
        Ok(Some(report))
    }

    /// The timer that is due first, by its number and its time. That is what time it becomes.
    fn next_timer(&mut self) -> Result<Option<(u64, u64)>, Failed> {
        let mut first: Option<(u64, u64)> = None;
        for request in self.vm.unsettled_requests()? {
            let (at,): (u64,) = request.args.to()?;
            if first.is_none_or(|(_, earliest)| at < earliest) {
                first = Some((request.id, at));
            }
        }
        if let Some((_, at)) = first {
            let later = Duration::from_millis(at).saturating_sub(self.now);
            self.now += later;
            self.clock.advance(later);
        }
        Ok(first)
    }
}

fn settings(console: &Console, clock: &Arc<ManualClock>) -> VmBuilder {
    console
        .attach(builder())
        .clock(clock.clone())
        .request("timer")
        .function("double", |x: f64| 2.0 * x)
        .modules(Counter)
}

fn shown(value: &Value) -> Result<String, Error> {
    value.inspect(InspectOptions::default())
}

/// The only module.
struct Counter;

impl ModuleLoader for Counter {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        match import.specifier {
            "counter" => Ok("counter".to_owned()),
            specifier => Err(HostError::new(format!("there is no module {specifier}"))),
        }
    }

    fn load(&self, _name: &str) -> Result<Module, HostError> {
        Ok("export let count = 0; export const next = () => ++count".into())
    }
}
