//! Rules that are replaced when their file changes, and continue when they fail.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::rules::{Decision, Loader, Order, Rules, RulesError, Running};

/// What became of the rules before a decision.
#[derive(Debug)]
pub enum Swap {
    /// The file is as before.
    Unchanged,
    /// Other rules run now, with the state of the earlier ones.
    Swapped,
    /// The file has other rules, which cannot take over. The earlier ones go on.
    Refused(RulesError),
}

/// Tells whether a file is another one: when it was written, and its size.
type Stamp = Option<(SystemTime, u64)>;

/// The rules of a file.
pub struct Live {
    path: PathBuf,
    stamp: Stamp,
    loader: Loader,
    rules: Rules,
    running: Running,
    /// As of the last decision, because rules that fail cannot be asked for it.
    state: Vec<u8>,
}

impl Live {
    /// Loads and starts the rules.
    pub fn new(path: PathBuf) -> Result<Live, RulesError> {
        let stamp = stamp(&path);
        let loader = Loader::new()?;
        let rules = loader.load(&path)?;
        let mut running = rules.start(None)?;
        let state = running.save()?;
        Ok(Live {
            path,
            stamp,
            loader,
            rules,
            running,
            state,
        })
    }

    /// Replaces the rules if their file changed. Until the new ones have taken the state over, the
    /// earlier ones stay.
    pub fn refresh(&mut self) -> Swap {
        let stamp = stamp(&self.path);
        // A file that is gone is about to be replaced.
        if stamp.is_none() || stamp == self.stamp {
            return Swap::Unchanged;
        }
        self.stamp = stamp;
        match self.swap() {
            Ok(()) => Swap::Swapped,
            Err(error) => Swap::Refused(error),
        }
    }

    fn swap(&mut self) -> Result<(), RulesError> {
        let rules = self.loader.load(&self.path)?;
        let mut running = rules.start(Some(&self.state))?;
        self.state = running.save()?;
        self.rules = rules;
        self.running = running;
        Ok(())
    }

    /// Decides on an order. If the rules fail, the next order finds them as before this one.
    pub fn decide(&mut self, order: &Order) -> Result<Decision, RulesError> {
        let decided = self.running.decide(order).and_then(|decision| {
            self.state = self.running.save()?;
            Ok(decision)
        });
        if decided.is_err() {
            self.running = self.rules.start(Some(&self.state))?;
        }
        decided
    }
}

fn stamp(path: &PathBuf) -> Stamp {
    let file = fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}
