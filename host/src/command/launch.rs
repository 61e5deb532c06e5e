//! Running a program from its file, as `run` and `snapshot` do.

use std::path::{Path, PathBuf};

use jsvm::program::{NodeModules, ProgramError};
use jsvm::{Error, ModuleKind, PromiseState, Source, Value};

use super::program::Program;
use super::session::Session;
use super::usage::reason;
use super::{Exit, Usage, output};

/// A program that was evaluated. Its jobs are left to be run.
pub struct Launched {
    pub session: Session,
    /// What it evaluated to; of a module, a promise for what it exports.
    pub value: Value,
    pub is_module: bool,
    /// As stacks show it.
    name: String,
}

impl Launched {
    /// Runs the program until nothing is left to do. Why it failed has been printed if it did.
    pub fn run(&self) -> anyhow::Result<()> {
        let run = self.session.run(&self.promise());
        run.map_err(|error| self.session.failed(&error))
    }

    /// Runs the program until there is nothing to do but to wait.
    pub fn run_until_waiting(&self) -> anyhow::Result<bool> {
        let run = self.session.run_until_waiting(&self.promise());
        run.map_err(|error| self.session.failed(&error))
    }

    /// Fails if it is a module whose evaluation never ended.
    pub fn require_settled(&self) -> anyhow::Result<()> {
        if self.is_module && self.value.promise_state()? == Some(PromiseState::Pending) {
            output::print_error(&format!(
                "Warning: unsettled top-level await in {}",
                self.name
            ));
            return Err(Exit::UNSETTLED.into());
        }
        Ok(())
    }

    /// The promise of a module.
    fn promise(&self) -> Vec<&Value> {
        self.is_module.then_some(&self.value).into_iter().collect()
    }
}

/// Evaluates a program, in a session that `start` makes with the folder that it is in. Why it failed
/// has been printed if it did.
pub fn launch(
    file: &Path,
    args: Vec<String>,
    start: impl FnOnce(&Path) -> anyhow::Result<Session>,
) -> anyhow::Result<Launched> {
    // Standard input and pipes can be read once, and are where no module is.
    let main = if file == Path::new("-") || (file.exists() && !file.is_file() && !file.is_dir()) {
        Main::Text(Program::read(file)?)
    } else {
        Main::File {
            file,
            path: real(file)?,
        }
    };
    let session = start(main.folder())?;
    let main = main.prepare(&session)?;

    let mut script_args = vec![main.name.clone()];
    script_args.extend(args);
    session.vm().global()?.set("scriptArgs", script_args)?;

    let value = main
        .evaluate(&session)
        .map_err(|error| session.failed(&error))?;
    Ok(Launched {
        session,
        value,
        is_module: main.is_module(),
        name: main.name,
    })
}

/// Where a program comes from.
enum Main<'a> {
    Text(Program),
    /// A file, or a folder with one: as it was named, and its real path.
    File {
        file: &'a Path,
        path: PathBuf,
    },
}

/// A program that is ready to run.
struct Prepared {
    /// As stacks show it, and as the program sees it.
    name: String,
    code: Code,
}

enum Code {
    /// A module, from its text.
    Module(String),
    Script(String),
    /// What is to be imported.
    Import(String),
}

impl Main<'_> {
    fn folder(&self) -> &Path {
        match self {
            Main::Text(program) => &program.folder,
            Main::File { path, .. } if path.is_dir() => path,
            Main::File { path, .. } => path.parent().unwrap_or(Path::new("/")),
        }
    }

    fn prepare(self, session: &Session) -> anyhow::Result<Prepared> {
        let folder = self.folder().to_owned();
        match self {
            Main::Text(program) => {
                let may_be = program.may_be_module();
                let is_module = may_be && session.enter(|vm| vm.detect_module(&program.text))?;
                let code = if is_module {
                    Code::Module
                } else {
                    Code::Script
                };
                Ok(Prepared {
                    name: program.name,
                    code: code(program.text),
                })
            }
            Main::File { file, path } => Ok(from_file(file, &path, &folder, session.modules())?),
        }
    }
}

impl Prepared {
    fn is_module(&self) -> bool {
        !matches!(self.code, Code::Script(_))
    }

    fn evaluate(&self, session: &Session) -> Result<Value, Error> {
        match &self.code {
            Code::Module(text) => session.eval(Source::module(text), &self.name, text),
            Code::Script(text) => session.eval(Source::script(text), &self.name, text),
            Code::Import(specifier) => session.enter(|vm| vm.import_module(specifier)),
        }
    }
}

/// Makes a program of a file: it is imported, so that it is the same module for others that import
/// it. What is plain JavaScript and neither kind of module is run as a script, whose variables are
/// those of the VM.
fn from_file(
    file: &Path,
    path: &Path,
    folder: &Path,
    modules: &NodeModules,
) -> Result<Prepared, Usage> {
    let cannot = |error: ProgramError| match error {
        ProgramError::Read { source, .. } => cannot_run(file, &reason(&source)),
        ProgramError::Unsupported { reason, .. } => cannot_run(file, &reason),
        ProgramError::NotText { line, .. } => {
            cannot_run(file, &format!("line {line} is not valid UTF-8"))
        }
        error => Usage(error.to_string()),
    };
    let name = modules.entry(path).map_err(cannot)?;
    match modules.module(&name) {
        Ok(module) if module.kind() == ModuleKind::Json => {
            return Err(cannot_run(file, "it is JSON and not a program"));
        }
        Ok(module) => {
            let is_plain = modules.source(&name).as_deref() == Some(module.text());
            if is_plain
                && module.kind() == ModuleKind::CommonJs
                && !modules.uses_common_js(&name).map_err(cannot)?
            {
                return Ok(Prepared {
                    name,
                    code: Code::Script(module.text().to_owned()),
                });
            }
        }
        // The import of it says so, too, and with its place.
        Err(ProgramError::Syntax { .. }) => {}
        Err(error) => return Err(cannot(error)),
    }
    // As seen from the folder: what a frozen VM holds must not say where that is.
    let main = modules.root().join(&name);
    let below = main.strip_prefix(folder).ok().and_then(Path::to_str);
    let specifier = match below {
        Some(below) => format!("./{}", below.replace(std::path::MAIN_SEPARATOR, "/")),
        None => main.display().to_string(),
    };
    Ok(Prepared {
        name,
        code: Code::Import(specifier),
    })
}

/// The real path of what is to be run.
fn real(file: &Path) -> Result<PathBuf, Usage> {
    file.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => cannot_run(file, "there is no such file"),
        _ => cannot_run(file, &reason(&error)),
    })
}

fn cannot_run(file: &Path, reason: &str) -> Usage {
    Usage(format!("cannot run {}: {reason}", file.display()))
}
