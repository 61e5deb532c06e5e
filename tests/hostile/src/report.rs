//! Counts outcomes, and prints them.

use std::collections::BTreeMap;

use super::known::Known;
use super::recipe::Area;

/// What became of the cases of an area.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    tried: usize,
    good: usize,
    known: usize,
    /// Failures that did not come again.
    unsteady: usize,
    failed: usize,
}

/// The outcome of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Good,
    /// A failure that this gap explains.
    Known(usize),
    Unsteady,
    Failed,
}

/// The outcomes of all cases.
#[derive(Debug, Default)]
pub struct Report {
    areas: BTreeMap<Area, Counts>,
    /// How often the shapes of each gap were tried, and how often they failed.
    gaps: BTreeMap<usize, (usize, usize)>,
}

impl Report {
    /// Adds a case. `gaps` are those that its shapes belong to.
    pub fn add(&mut self, area: Area, outcome: Outcome, gaps: Vec<usize>) {
        let counts = self.areas.entry(area).or_default();
        counts.tried += 1;
        match outcome {
            Outcome::Good => counts.good += 1,
            Outcome::Known(_) => counts.known += 1,
            Outcome::Unsteady => counts.unsteady += 1,
            Outcome::Failed => counts.failed += 1,
        }
        for gap in gaps {
            let (tried, failed) = self.gaps.entry(gap).or_default();
            *tried += 1;
            *failed += usize::from(outcome == Outcome::Known(gap));
        }
    }

    /// Whether a case failed that should not.
    pub fn has_failed(&self) -> bool {
        self.areas.values().any(|counts| counts.failed > 0)
    }

    /// Prints the counts of each area, and of the known gaps.
    pub fn print(&self, known: &Known) {
        println!(
            "\n{:<20}{:>8}{:>8}{:>8}{:>10}{:>8}",
            "area", "tried", "good", "known", "unsteady", "failed"
        );
        for (area, counts) in &self.areas {
            println!(
                "{area:<20}{:>8}{:>8}{:>8}{:>10}{:>8}",
                counts.tried, counts.good, counts.known, counts.unsteady, counts.failed
            );
        }
        if !self.gaps.is_empty() {
            println!("\n{:<20}{:>8}{:>8}  reason", "known gap", "tried", "failed");
        }
        for (index, (tried, failed)) in &self.gaps {
            let gap = &known.gap[*index];
            println!("{:<20}{tried:>8}{failed:>8}  {}", gap.name, gap.reason);
        }
    }
}
