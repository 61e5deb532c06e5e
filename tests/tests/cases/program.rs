//! What the loader of programs makes of the archives `tests/cases/program/*.txt`.
//!
//! An archive is a list of commands and then files, each after a line `-- path --`; a line
//! `-- path -> target --` is a symbolic link. The commands are
//!
//! ```text
//! import SPECIFIER from FILE     the full name that an import resolves to; also `require`
//! load FILE                      the module of a full name, as the engine gets it
//! exports FILE                   the names that a CommonJS module exports
//! run FILE                       what a program prints, and what it throws
//! map FILE                       what its mappings say: the code, and the source that it is from
//! entry PATH                     the module that a program starts with
//! around PATH                    the folder of the program that a folder belongs to
//! outside NAME TEXT              a file beside the folder
//! ```
//!
//! and the `.out` beside it says what came of each. `BLESS=1 cargo test --test program` writes them
//! anew.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use jsvm::data::{Node, NodeRef};
use jsvm::{HostError, Import, ImportKind, Module, ModuleKind, ModuleLoader, PromiseState};
use jsvm_node::NodeModules;
use jsvm_tests::{builder, cases, mappings};
use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

pub fn trials() -> Vec<Trial> {
    cases::golden("program", "txt", run)
}

fn run(case: &Path) -> Result<String, Failed> {
    let archive = fs::read_to_string(case)?;
    let temporary = TempDir::new()?;
    let beside = temporary.path().canonicalize()?;
    let root = beside.join("program");
    fs::create_dir(&root)?;
    let commands = unpack(&archive, &root)?;

    let case = Case {
        loader: NodeModules::new(&root)?.relative_names(),
        root: &root,
    };
    let mut transcript = String::new();
    for line in commands.lines() {
        transcript.push_str(line);
        transcript.push('\n');
        if !line.is_empty() && !line.starts_with('#') {
            transcript.push_str(&case.command(line)?);
        }
    }
    Ok(transcript
        .replace(&root.display().to_string(), "[ROOT]")
        .replace(&beside.display().to_string(), "[BESIDE]"))
}

/// Writes the files of an archive. Returns what is before them.
fn unpack<'a>(archive: &'a str, root: &Path) -> Result<&'a str, Failed> {
    let marker = |line: &'a str| line.trim_end().strip_prefix("-- ")?.strip_suffix(" --");
    let mut commands = archive;
    let mut file = None;
    let mut start = 0;
    let mut end = 0;
    for line in archive.split_inclusive('\n').chain(["-- end --"]) {
        if let Some(path) = marker(line) {
            match file {
                None => commands = &archive[..end],
                Some(path) => write(root, path, &archive[start..end])?,
            }
            file = Some(path);
            start = end + line.len();
        }
        end += line.len();
    }
    Ok(commands)
}

fn write(root: &Path, path: &str, text: &str) -> Result<(), Failed> {
    let (path, target) = match path.split_once(" -> ") {
        Some((path, target)) => (path, Some(target)),
        None => (path, None),
    };
    let path = root.join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match target {
        Some(target) => link(target, &path)?,
        None => fs::write(path, text)?,
    }
    Ok(())
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(target, path)
}

struct Case<'a> {
    loader: NodeModules,
    root: &'a Path,
}

impl Case<'_> {
    fn command(&self, line: &str) -> Result<String, Failed> {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        Ok(match words[..] {
            ["import", specifier, "from", importer] => {
                self.resolve(specifier, importer, ImportKind::Import)
            }
            ["require", specifier, "from", importer] => {
                self.resolve(specifier, importer, ImportKind::Require)
            }
            ["load", name] => self.load(name, shown),
            ["exports", name] => {
                self.load(name, |module| format!("  {}\n", module.exports().join(" ")))
            }
            ["run", name] => self.run(name)?,
            ["map", name] => {
                let source = fs::read_to_string(self.root.join(name))?;
                self.load(name, |module| {
                    let data = module.clone().into_data();
                    let mappings = property(&data.root().unwrap(), "mappings");
                    mappings::explain(&mappings.unwrap_or_default(), module.text(), &source)
                })
            }
            ["entry", path] => match self.loader.entry(self.root.join(path)) {
                Ok(name) => format!("  {name}\n"),
                Err(error) => format!("  {error}\n"),
            },
            ["around", path] => {
                let loader = NodeModules::around(self.root.join(path))?;
                format!("  {}\n", loader.root().display())
            }
            ["outside", name, text] => {
                fs::write(self.root.with_file_name(name), text)?;
                String::new()
            }
            _ => return Err(format!("there is no command '{line}'").into()),
        })
    }

    fn run(&self, name: &str) -> Result<String, Failed> {
        let printed = Arc::new(Mutex::new(String::new()));
        let vm = builder()
            .modules(self.loader.clone())
            .console({
                let printed = printed.clone();
                move |_, text| {
                    let mut printed = printed.lock().expect("nothing panics while printing");
                    for line in text.lines() {
                        printed.push_str(format!("  {line}").trim_end());
                        printed.push('\n');
                    }
                }
            })
            .build()?;
        let program = vm.import_module(&format!("./{name}"))?;
        vm.run_jobs()?;
        let mut text = printed
            .lock()
            .expect("nothing panics while printing")
            .clone();
        if let Some(PromiseState::Rejected(error)) = program.promise_state()? {
            let message = vm.global()?.get("String")?.call((&error,))?;
            text.push_str(&format!("  throws {}\n", message.to::<String>()?));
            let stack = error.get("stack")?.to::<String>().unwrap_or_default();
            for line in stack.lines() {
                text.push_str(&format!("  | {line}\n"));
            }
        }
        Ok(text)
    }

    fn resolve(&self, specifier: &str, importer: &str, kind: ImportKind) -> String {
        match self.loader.resolve(&Import::new(specifier, importer, kind)) {
            Ok(name) => format!("  {name}\n"),
            Err(error) => thrown(error),
        }
    }

    fn load(&self, name: &str, show: impl FnOnce(&Module) -> String) -> String {
        match self.loader.load(name) {
            Ok(module) => show(&module),
            Err(error) => thrown(error),
        }
    }
}

/// A module as it is handed to the engine.
fn shown(module: &Module) -> String {
    let kind = match module.kind() {
        ModuleKind::Es => "ES module",
        ModuleKind::CommonJs => "CommonJS module",
        _ => "JSON",
    };
    let data = module.clone().into_data();
    let url = property(&data.root().unwrap(), "url").unwrap_or_default();
    let mut text = format!("  {kind} {url}\n");
    for line in module.text().lines() {
        text.push_str(format!("  | {line}").trim_end());
        text.push('\n');
    }
    text
}

/// What an import throws.
fn thrown(error: HostError) -> String {
    let data = error.into_data();
    let root = data.root().unwrap();
    let class = match root.node() {
        Node::Error(error) => format!("{:?}", error.class),
        node => return format!("  throws {node:?}\n"),
    };
    let code = property(&root, "code").map(|code| format!(" {code}"));
    let mut text = format!("  throws {class}{}\n", code.unwrap_or_default());
    for name in ["message", "stack"] {
        for line in property(&root, name).unwrap_or_default().lines() {
            text.push_str(&format!("  | {line}\n"));
        }
    }
    text
}

fn property(node: &NodeRef<'_>, name: &str) -> Option<String> {
    if let Node::Error(error) = node.node() {
        let (_, index) = error.properties.iter().find(|(known, _)| known == name)?;
        return node.at(*index).to().ok();
    }
    node.get(name)?.to().ok()
}
