//! Starts a program from its file, for `run`, `snapshot`, `serve` and `build`.

use std::path::{Path, PathBuf};
use std::sync::Once;

use jsvm::node::Origin;
use jsvm::{Error, ModuleKind, Source, Value};
use jsvm_node::{NodeModules, ProgramError};

use super::exit::Exit;
use super::output;
use super::program::Program;
use super::reason::reason;
use super::session::Session;
use super::usage::Usage;

/// A program that was evaluated. Its jobs have not run yet.
pub struct Launched {
    pub session: Session,
    /// The value of a script, or the promise of a module's exports.
    pub value: Value,
    pub is_module: bool,
    /// The text of a script.
    pub script: Option<String>,
    /// The name in stacks.
    name: String,
}

impl Launched {
    /// Runs the program until nothing is left to do. A failure is printed before it returns.
    pub fn run(&self) -> anyhow::Result<()> {
        self.session.run_handled(self.promise())
    }

    /// Ends the program: see [`Session::end`].
    pub fn end(&self) -> anyhow::Result<()> {
        let code = self.session.end(self.promise())?;
        if self.is_module && code == Exit::UNSETTLED && self.value.is_pending()? {
            self.warn_of_unsettled();
        }
        match code {
            Exit(0) => Ok(()),
            code => Err(code.into()),
        }
    }

    /// Runs the program until it only waits. Returns whether it waits for something.
    pub fn run_until_waiting(&self) -> anyhow::Result<bool> {
        let promises: Vec<&Value> = self.promise().into_iter().collect();
        let run = self.session.run_until_waiting(&promises);
        run.map_err(|error| self.session.failed(&error))
    }

    /// Fails if the program is a module whose top-level `await` never settled.
    pub fn require_settled(&self) -> anyhow::Result<()> {
        if self.is_module && self.value.is_pending()? {
            self.warn_of_unsettled();
            return Err(Exit::UNSETTLED.into());
        }
        Ok(())
    }

    fn warn_of_unsettled(&self) {
        output::print_error(&format!(
            "Warning: unsettled top-level await in {}",
            self.name
        ));
    }

    /// The promise of the module, if the program is one.
    fn promise(&self) -> Option<&Value> {
        self.is_module.then_some(&self.value)
    }
}

/// Evaluates a program in a session that `start` creates for the program's folder. A failure is
/// printed before it returns.
pub fn launch(
    file: &Path,
    args: Vec<String>,
    start: impl FnOnce(&Path) -> anyhow::Result<Session>,
) -> anyhow::Result<Launched> {
    // Standard input and pipes can be read only once, and no import leads to them.
    let main = if file == Path::new("-") || (file.exists() && !file.is_file() && !file.is_dir()) {
        Main::Text(Program::read(file)?)
    } else {
        Main::File {
            file,
            path: real(file)?,
        }
    };
    launch_main(main, args, start)
}

/// Evaluates the text of a program, as [`launch`] does a file.
pub fn launch_text(
    program: Program,
    args: Vec<String>,
    start: impl FnOnce(&Path) -> anyhow::Result<Session>,
) -> anyhow::Result<Launched> {
    launch_main(Main::Text(program), args, start)
}

fn launch_main(
    main: Main<'_>,
    args: Vec<String>,
    start: impl FnOnce(&Path) -> anyhow::Result<Session>,
) -> anyhow::Result<Launched> {
    let session = start(main.folder())?;
    let main = main.prepare(&session)?;

    let mut script_args = vec![main.name.clone()];
    script_args.extend(args);
    session.vm().global()?.set("scriptArgs", script_args)?;

    let (value, is_module) = match main.evaluate(&session) {
        Ok(value) => (value, main.is_module()),
        Err(error) => {
            session.handle(&error, Origin::Exception)?;
            (Value::UNDEFINED, false)
        }
    };
    Ok(Launched {
        session,
        value,
        is_module,
        script: match main.code {
            EntryCode::Script(text) => Some(text),
            _ => None,
        },
        name: main.name,
    })
}

/// The source of a program.
enum Main<'a> {
    Text(Program),
    /// A file, or a folder with a main file: its path as given, and its real path.
    File {
        file: &'a Path,
        path: PathBuf,
    },
}

/// A program that is ready to run.
struct Prepared {
    /// The name in stacks and in `scriptArgs`.
    name: String,
    code: EntryCode,
}

enum EntryCode {
    /// The text of a module.
    Module(String),
    Script(String),
    /// The specifier to import.
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
                let modules = session.modules();
                if !is_module
                    && !parses(session, &program.text)
                    && let Ok(specifier) = modules.add_typescript(&program.name, &program.text)
                {
                    return Ok(Prepared {
                        name: program.name,
                        code: EntryCode::Import(specifier),
                    });
                }
                let code = if is_module {
                    EntryCode::Module
                } else {
                    EntryCode::Script
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
        !matches!(self.code, EntryCode::Script(_))
    }

    fn evaluate(&self, session: &Session) -> Result<Value, Error> {
        match &self.code {
            EntryCode::Module(text) => session.eval(Source::module(text), &self.name, text),
            EntryCode::Script(text) => session.eval(Source::script(text), &self.name, text),
            EntryCode::Import(specifier) => session.enter(|vm| vm.import_module(specifier)),
        }
    }
}

/// Whether a text parses as a script. It does not run.
fn parses(session: &Session, text: &str) -> bool {
    session.enter(|vm| vm.compile(Source::script(text))).is_ok()
}

/// Prepares a program from a file. A module is imported, so that other modules that import it get
/// the same instance. Plain JavaScript that is neither kind of module runs as a script, whose
/// variables are global.
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
            return Err(cannot_run(file, "it is JSON, not a program"));
        }
        Ok(module) => {
            if let Some(package) = modules.contradicted_package(&name) {
                warn_of_type(file, &package);
            }
            let is_plain = modules.source(&name).as_deref() == Some(module.text());
            if is_plain
                && module.kind() == ModuleKind::CommonJs
                && !modules.uses_common_js(&name).map_err(cannot)?
            {
                return Ok(Prepared {
                    name,
                    code: EntryCode::Script(module.text().to_owned()),
                });
            }
        }
        // Its import reports the same error, with its place.
        Err(ProgramError::Syntax { .. } | ProgramError::TooDeep { .. }) => {}
        Err(error) => return Err(cannot(error)),
    }
    // Relative to the folder: a snapshot must not depend on where the folder is.
    let main = modules.root().join(&name);
    let below = main.strip_prefix(folder).ok().and_then(Path::to_str);
    let specifier = match below {
        Some(below) => format!("./{}", below.replace(std::path::MAIN_SEPARATOR, "/")),
        None => main.display().to_string(),
    };
    Ok(Prepared {
        name,
        code: EntryCode::Import(specifier),
    })
}

/// Says that a program is run as an ES module although its `package.json` says CommonJS. `npm init`
/// writes that type.
fn warn_of_type(file: &Path, package: &Path) {
    // `jsvm build` loads a program twice.
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        output::print_error(&format!(
            "Warning: {} is run as an ES module, because it has the syntax of one, but \"type\" in {} is \
             \"commonjs\". Write \"type\": \"module\" there, or give the file the extension .mjs",
            file.display(),
            package.display()
        ));
    });
}

/// Returns the real path of a program.
fn real(file: &Path) -> Result<PathBuf, Usage> {
    file.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => cannot_run(file, "no such file"),
        _ => cannot_run(file, &reason(&error)),
    })
}

fn cannot_run(file: &Path, reason: &str) -> Usage {
    Usage(format!("cannot run {}: {reason}", file.display()))
}
