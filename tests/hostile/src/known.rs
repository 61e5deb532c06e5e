//! Gaps that are known: shapes that fail, and why.

use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

use super::verdict::FailureKind;

/// The gaps of `known.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    #[serde(default)]
    pub gap: Vec<Gap>,
}

/// Shapes that fail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// A short name, for the summary.
    pub name: String,
    /// Names of shapes. One `*` stands for any characters.
    pub shapes: Vec<String>,
    pub failures: Vec<FailureKind>,
    pub reason: String,
}

impl Known {
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file);
        let text = text.with_context(|| format!("cannot read {}", file.display()))?;
        toml::from_str(&text).with_context(|| file.display().to_string())
    }

    /// Returns the gaps that a case with these shapes can show.
    pub fn gaps(&self, names: &[String]) -> Vec<usize> {
        let matching = self.gap.iter().enumerate().filter(|(_, gap)| {
            let mut patterns = gap.shapes.iter();
            patterns.any(|pattern| names.iter().any(|name| is_match(pattern, name)))
        });
        matching.map(|(index, _)| index).collect()
    }

    /// Returns the gap that explains a failure.
    pub fn explains(&self, names: &[String], kind: FailureKind) -> Option<usize> {
        let mut gaps = self.gaps(names).into_iter();
        gaps.find(|index| self.gap[*index].failures.contains(&kind))
    }
}

fn is_match(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        assert!(is_match("a*c", "abbc") && is_match("a*", "a") && is_match("a", "a"));
        assert!(!is_match("ab*bc", "abc") && !is_match("a", "ab"));
    }

    #[test]
    fn each_gap_has_a_reason_and_shapes_that_exist() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let known = Known::read(&folder.join("known.toml")).unwrap();
        let shapes = crate::shape::Shapes::read(&folder.join("shapes")).unwrap();
        let names: Vec<_> = crate::recipe::Recipe::all(&shapes)
            .iter()
            .flat_map(|recipe| recipe.names(&shapes))
            .collect();
        for gap in &known.gap {
            assert!(!gap.reason.is_empty() && !gap.failures.is_empty());
            for pattern in &gap.shapes {
                let exists = names.iter().any(|name| is_match(pattern, name));
                assert!(exists, "no shape is called {pattern}");
            }
        }
    }
}
