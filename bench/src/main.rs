//! One world of the comparison: does the work of `bench/README.md` with the crate `jsvm` and says
//! how long it took. It answers lines of its standard input, `NAME MILLISECONDS`, with lines of
//! JSON, and knows nothing about its peers.

mod measure;
mod types;
mod work;

use std::io::{BufRead, Write, stdin, stdout};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::measure::measure;
use crate::work::{Task, Worlds};

/// What is answered about one piece of work.
#[derive(Serialize)]
struct Answer {
    /// How the work was done.
    how: &'static str,
    /// Nanoseconds for one operation, or bytes.
    value: f64,
    /// What a program computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
}

fn main() -> Result<()> {
    let mut worlds = Worlds::new()?;
    for line in stdin().lock().lines() {
        let line = line?;
        let (name, budget) = line.split_once(' ').context("a line needs two words")?;
        let budget = Duration::from_millis(budget.parse()?);
        let answers = answer(&mut worlds, name, budget).with_context(|| name.to_owned())?;
        let mut out = stdout().lock();
        serde_json::to_writer(&mut out, &answers)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(worlds: &mut Worlds, name: &str, budget: Duration) -> Result<Vec<Answer>> {
    let tasks = worlds.tasks(name)?;
    let share = budget / tasks.len().max(1) as u32;
    tasks
        .into_iter()
        .map(|task| match task {
            Task::Size { how, bytes } => Ok(Answer {
                how,
                value: bytes,
                checksum: None,
            }),
            Task::Time {
                how,
                operations,
                checksum,
                mut run,
            } => Ok(Answer {
                how,
                value: measure(&mut run, share)? / f64::from(operations),
                checksum,
            }),
        })
        .collect()
}
