//! Shapes: templates of hostile inputs, from the files in `shapes/`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// All shapes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shapes {
    /// Statements, which run in frames.
    #[serde(default)]
    pub body: Vec<Template>,
    /// Code around statements. `@BODY@` stands for them.
    #[serde(default)]
    pub frame: Vec<Template>,
    /// Files that are hard to read.
    #[serde(default)]
    pub source: Vec<Source>,
    /// Programs of several files.
    #[serde(default)]
    pub program: Vec<Program>,
    /// Components in the text format, and scripts that use them.
    #[serde(default)]
    pub component: Vec<Component>,
    /// Handlers that a server runs.
    #[serde(default)]
    pub handler: Vec<Template>,
    /// What clients send to a server.
    #[serde(default)]
    pub client: Vec<Client>,
}

/// A text, part of which repeats.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub name: String,
    #[serde(default)]
    pub before: String,
    /// Repeats. `@I@` stands for the number of the repetition, `@NEXT@` for the next.
    #[serde(default)]
    pub part: String,
    #[serde(default)]
    pub after: String,
    /// How often the part may repeat. `@N@` in the other texts stands for the number, and `@CLOSE@`
    /// in `after` for as many closing parentheses.
    #[serde(default = "once")]
    pub counts: Vec<usize>,
}

/// A file that is hard to read.
#[derive(Clone, Debug, Deserialize)]
pub struct Source {
    #[serde(flatten)]
    pub template: Template,
    pub extensions: Vec<String>,
}

/// A program of several files. The first that runs is `main.mjs`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    pub name: String,
    /// Texts of files by their paths.
    pub files: BTreeMap<String, FileText>,
    /// More arguments of `jsvm run`.
    #[serde(default)]
    pub args: Vec<String>,
    #[serde(default = "once")]
    pub counts: Vec<usize>,
}

/// The text of a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum FileText {
    Text(String),
    Repeated {
        #[serde(default)]
        before: String,
        part: String,
        #[serde(default)]
        after: String,
    },
}

/// A component, and the script that calls it as `c`.
#[derive(Clone, Debug, Deserialize)]
pub struct Component {
    #[serde(flatten)]
    pub template: Template,
    /// The script, after `import * as c from "c"`.
    pub script: String,
}

/// What a client does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    pub name: String,
    /// How many connections do it at the same time.
    #[serde(default = "one")]
    pub connections: usize,
    pub steps: Vec<Step>,
}

/// One step of a client.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Sends these characters as bytes of Latin-1, once.
    Send(String),
    /// Sends them so many times.
    Repeat(usize, String),
    /// Sends so many random frames of HTTP/2.
    Frames(usize),
    /// Waits so many milliseconds.
    Wait(u64),
    /// Reads until nothing comes for so many milliseconds.
    Read(u64),
}

fn once() -> Vec<usize> {
    vec![1]
}

fn one() -> usize {
    1
}

impl Template {
    /// Writes the text with so many repetitions.
    pub fn text(&self, count: usize) -> String {
        repeated(&self.before, &self.part, &self.after, count)
    }
}

impl FileText {
    pub fn text(&self, count: usize) -> String {
        match self {
            FileText::Text(text) => text.replace("@N@", &count.to_string()),
            FileText::Repeated {
                before,
                part,
                after,
            } => repeated(before, part, after, count),
        }
    }
}

fn repeated(before: &str, part: &str, after: &str, count: usize) -> String {
    let number = count.to_string();
    let mut text = before.replace("@N@", &number);
    if part.contains("@I@") || part.contains("@NEXT@") {
        for index in 0..count {
            let next = (index + 1).to_string();
            let part = part.replace("@NEXT@", &next);
            text.push_str(&part.replace("@I@", &index.to_string()));
        }
    } else {
        text.push_str(&part.repeat(count));
    }
    let after = after.replace("@N@", &number);
    text.push_str(&after.replace("@CLOSE@", &")".repeat(count)));
    text
}

impl Shapes {
    /// Reads all files of a folder.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .with_context(|| format!("cannot read {}", folder.display()))?
            .collect::<Result<Vec<_>, _>>()?
            .iter()
            .map(std::fs::DirEntry::path)
            .filter(|path| path.extension().is_some_and(|found| found == "toml"))
            .collect();
        files.sort();
        let mut all = Shapes::default();
        for file in files {
            let name = file.display();
            let text = std::fs::read_to_string(&file).with_context(|| format!("{name}"))?;
            let shapes: Shapes = toml::from_str(&text).with_context(|| format!("{name}"))?;
            all.body.extend(shapes.body);
            all.frame.extend(shapes.frame);
            all.source.extend(shapes.source);
            all.program.extend(shapes.program);
            all.component.extend(shapes.component);
            all.handler.extend(shapes.handler);
            all.client.extend(shapes.client);
        }
        ensure!(
            !all.body.is_empty(),
            "there are no shapes in {}",
            folder.display()
        );
        Ok(all)
    }
}
