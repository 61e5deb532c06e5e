//! The failures that are known, each with its reason: `tests/conformance/expected/test262.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// The reason of failures that nobody has looked at.
pub const UNEXAMINED: &str = "not yet examined";

/// Known failures.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Expected {
    /// Features that the engine lacks, each with the reason. Their tests may fail.
    pub features: BTreeMap<String, String>,
    /// Tests that fail, by reason.
    pub tests: BTreeMap<String, Vec<String>>,
}

impl Expected {
    /// # Errors
    /// The file cannot be read, or is wrong.
    pub fn read(path: &Path) -> Result<Expected> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is wrong", path.display()))
    }

    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Why a test fails, if that is known.
    pub fn reason(&self, test: &str, features: &[String]) -> Option<&str> {
        let mut lacking = features
            .iter()
            .filter_map(|feature| self.features.get(feature));
        if let Some(reason) = lacking.next() {
            return Some(reason);
        }
        let mut tests = self.tests.iter();
        let found = tests.find(|(_, tests)| tests.iter().any(|known| known == test));
        found.map(|(reason, _)| reason.as_str())
    }

    /// Makes these failures the known ones: reasons stay, new ones are not examined, and what passes is gone.
    pub fn bless<'a>(&mut self, failures: impl Iterator<Item = (&'a str, &'a [String])>) {
        let mut tests = BTreeMap::<String, Vec<String>>::new();
        for (test, features) in failures {
            if features
                .iter()
                .any(|feature| self.features.contains_key(feature))
            {
                continue;
            }
            let reason = self.reason(test, features).unwrap_or(UNEXAMINED).to_owned();
            tests.entry(reason).or_default().push(test.to_owned());
        }
        self.tests = tests;
    }
}
