//! What the comment at the beginning of a test says about it: `INTERPRETING.md` of test262.

use anyhow::{Context, Result};
use yaml_rust2::{Yaml, YamlLoader};

/// What a test needs, and what must happen.
#[derive(Debug, Default)]
pub struct Metadata {
    pub flags: Vec<String>,
    /// Files of the folder `harness`.
    pub includes: Vec<String>,
    pub features: Vec<String>,
    /// The constructor of the error that the test must throw.
    pub negative: Option<String>,
}

impl Metadata {
    /// Reads the comment `/*--- … ---*/`.
    ///
    /// # Errors
    /// It is missing, or is no YAML.
    pub fn of(text: &str) -> Result<Metadata> {
        let (_, rest) = text.split_once("/*---").context("no `/*---`")?;
        let (front, _) = rest.split_once("---*/").context("no `---*/`")?;
        // A carriage return is not always a line break in YAML, and some tests consist of them.
        let front = front.replace("\r\n", "\n").replace('\r', "\n");
        let documents = YamlLoader::load_from_str(&front).context("the front matter is no YAML")?;
        let document = documents.first().unwrap_or(&Yaml::BadValue);
        Ok(Metadata {
            flags: list(&document["flags"]),
            includes: list(&document["includes"]),
            features: list(&document["features"]),
            negative: document["negative"]["type"].as_str().map(str::to_owned),
        })
    }

    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|found| found == flag)
    }

    pub fn has_feature(&self, feature: &str) -> bool {
        self.features.iter().any(|found| found == feature)
    }

    /// The modes in which the test runs.
    pub fn modes(&self) -> &'static [Mode] {
        if self.has_flag("module") {
            &[Mode::Module]
        } else if self.has_flag("raw") || self.has_flag("noStrict") {
            &[Mode::Sloppy]
        } else if self.has_flag("onlyStrict") {
            &[Mode::Strict]
        } else {
            &[Mode::Sloppy, Mode::Strict]
        }
    }
}

/// How the source of a test is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Sloppy,
    Strict,
    Module,
}

fn list(yaml: &Yaml) -> Vec<String> {
    let items = yaml.as_vec().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(Yaml::as_str)
        .map(str::to_owned)
        .collect()
}
