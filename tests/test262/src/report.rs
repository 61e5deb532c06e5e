//! The page `docs/conformance-test262.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::Ran;
use crate::expected::Expected;
use crate::run::Outcome;

/// What became of some tests.
#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    cannot_run: usize,
}

impl Count {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Pass => self.passed += 1,
            Outcome::Fail(_) => self.failed += 1,
            Outcome::CannotRun(_) => self.cannot_run += 1,
        }
    }

    fn row(&self, name: &str) -> String {
        let run = self.passed + self.failed;
        let part = match run {
            0 => String::new(),
            _ => format!("{:.1} %", 100.0 * self.passed as f64 / run as f64),
        };
        format!(
            "| {name} | {run} | {} | {part} | {} |\n",
            self.passed, self.cannot_run
        )
    }
}

/// The page, in Markdown. `revision` names the version of the suite.
pub fn page(ran: &[Ran], expected: &Expected, revision: &str) -> String {
    let mut all = Count::default();
    let (mut folders, mut features) = (
        BTreeMap::<String, Count>::new(),
        BTreeMap::<&str, Count>::new(),
    );
    let (mut impossible, mut reasons) = (
        BTreeMap::<&str, usize>::new(),
        BTreeMap::<&str, usize>::new(),
    );
    for test in ran {
        all.add(&test.outcome);
        let folder: Vec<&str> = test.name.split('/').take(2).collect();
        folders
            .entry(folder.join("/"))
            .or_default()
            .add(&test.outcome);
        for feature in &test.features {
            features.entry(feature).or_default().add(&test.outcome);
        }
        match &test.outcome {
            Outcome::Pass => {}
            Outcome::Fail(_) => {
                let reason = expected.reason(&test.id(), &test.features);
                *reasons.entry(reason.unwrap_or("a regression")).or_default() += 1;
            }
            Outcome::CannotRun(reason) => *impossible.entry(reason).or_default() += 1,
        }
    }
    let mut page = format!(
        "# Conformance with ECMAScript\n\n\
        `./just conformance-test262 PATH` writes this page. It runs all of\n\
        [test262](https://github.com/tc39/test262), the tests of the language's standard, of which PATH is a checkout. It\n\
        leaves out `intl402`, the tests of ECMA-402: [Language](reference/language.md) says which part of `Intl` there is.\n\
        A test that is not only for one mode runs in sloppy and in strict mode, and counts as two.\n\n\
        The version of test262 is {revision}.\n\n\
        | tests | can run | pass | | cannot run here |\n|---|---|---|---|---|\n"
    );
    page += &all.row("all");
    for (name, count) in &folders {
        page += &count.row(&format!("`{name}`"));
    }
    page += "\nWhy tests cannot run here:\n\n| reason | tests |\n|---|---|\n";
    for (reason, count) in impossible {
        let _ = writeln!(page, "| {reason} | {count} |");
    }
    page += "\nWhy tests fail:\n\n| reason | tests |\n|---|---|\n";
    for (reason, count) in reasons {
        let _ = writeln!(page, "| {reason} | {count} |");
    }
    page += "\n[expected/test262.json](../tests/conformance/expected/test262.json) has each test that fails.\n\n\
        ## By feature\n\nThe names are those of test262's `features.txt`.\n\n\
        | feature | can run | pass | | cannot run here |\n|---|---|---|---|---|\n";
    for (name, count) in &features {
        page += &count.row(&format!("`{name}`"));
    }
    page
}
