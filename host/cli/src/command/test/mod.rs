//! `jsvm test`

mod find;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::builtin::test_options;
use super::launch::launch_text;
use super::modules::ModuleOptions;
use super::options::{Console, VmOptions};
use super::program::Program;
use super::usage::Usage;

/// Run tests that use node:test
///
/// Without FILES, the tests are the files below the current folder that Node.js takes for tests:
/// those whose name is test or begins with test-, or ends with .test, -test or _test, and all in
/// folders named test. node_modules is left out. Their extensions are those of JavaScript and
/// TypeScript.
///
/// All files run in one VM, one after the other, as with node --test-isolation=none.
///
/// The exit code is 0 if all tests pass, and 1 if one fails.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm test\n  \
    jsvm test src/date.test.ts\n  \
    jsvm test --test-name-pattern='/^parses/i'\n  \
    jsvm test --test-reporter=tap --allow-read=fixtures tests")]
pub struct Test {
    /// Files with tests, and folders with such files
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    tests: TestOptions,

    #[command(flatten)]
    modules: ModuleOptions,

    #[command(flatten)]
    vm: VmOptions,
}

/// The options of the test runner, which have the names of Node.js.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Tests")]
pub struct TestOptions {
    /// Run only tests whose name matches: a text, or a regular expression between slashes; can be
    /// repeated
    #[arg(long, value_name = "PATTERN")]
    #[serde(rename = "--test-name-pattern")]
    test_name_pattern: Vec<String>,

    /// Leave out tests whose name matches; can be repeated
    #[arg(long, value_name = "PATTERN")]
    #[serde(rename = "--test-skip-pattern")]
    test_skip_pattern: Vec<String>,

    /// Run only tests with the option only
    #[arg(long)]
    #[serde(rename = "--test-only")]
    test_only: bool,

    /// How results are printed: spec, tap, dot or junit; can be repeated, with a destination for
    /// each
    #[arg(long, value_name = "NAME", value_parser = ["spec", "tap", "dot", "junit"])]
    #[serde(rename = "--test-reporter")]
    test_reporter: Vec<String>,

    /// Where a reporter prints: stdout, stderr, or a file that the program may write; can be
    /// repeated
    #[arg(long, value_name = "FILE")]
    #[serde(rename = "--test-reporter-destination")]
    test_reporter_destination: Vec<String>,

    /// The time limit of a test, in milliseconds
    #[arg(long, value_name = "MILLISECONDS")]
    #[serde(rename = "--test-timeout", skip_serializing_if = "Option::is_none")]
    test_timeout: Option<u32>,
}

impl Test {
    pub fn run(self) -> anyhow::Result<()> {
        let files = find::files(&self.files)?;
        if files.is_empty() {
            let reason = "found no tests. Name the files: jsvm test FILE";
            return Err(Usage(reason.into()).into());
        }
        test_options::set(self.tests);
        let program = Program {
            name: "<test>".into(),
            text: entry(&files)?,
            folder: PathBuf::from("."),
        };
        let program = launch_text(program, Vec::new(), |root: &Path| {
            self.vm.session(self.modules.of(root)?, Console::Both)
        })?;
        program.run()?;
        let ended = program.end();
        // The process is about to end: freeing the memory piece by piece would only take time.
        std::mem::forget(program);
        ended
    }
}

/// The text of a module that imports the files one after the other. A file that cannot be loaded is
/// a test that fails.
fn entry(files: &[PathBuf]) -> Result<String, Usage> {
    let mut specifiers = Vec::new();
    for file in files {
        let path = file.canonicalize();
        let path = path.map_err(|error| cannot_test(file, &error.to_string()))?;
        match path.into_os_string().into_string() {
            Ok(path) => specifiers.push(path),
            Err(_) => return Err(cannot_test(file, "its path is not Unicode")),
        }
    }
    let names: Vec<_> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let list = |texts: &[String]| {
        serde_json::to_string(texts).map_err(|error| Usage(format!("cannot run tests: {error}")))
    };
    Ok(format!(
        "const names = {};\n\
         for (const [index, file] of {}.entries()) {{\n  \
           process.argv[1] = file;\n  \
           try {{\n    await import(file);\n  }} catch (error) {{\n    \
             const {{ test }} = await import('node:test');\n    \
             test(names[index], () => {{ throw error; }});\n  \
           }}\n\
         }}\n\
         export {{}};\n",
        list(&names)?,
        list(&specifiers)?,
    ))
}

fn cannot_test(file: &Path, reason: &str) -> Usage {
    Usage(format!("cannot test {}: {reason}", file.display()))
}
