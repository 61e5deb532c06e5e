//! `jsvm run`

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use jsvm::{FolderModules, PromiseState, Source};

use super::options::VmOptions;
use super::report::{self, Sources};
use super::{Failed, Usage};

/// Run a program: a module or a script
///
/// A file that ends in .mjs is a module and one that ends in .cjs is a script. Any other is a
/// module if it has import or export declarations or a top-level await.
#[derive(Args)]
pub struct Run {
    #[command(flatten)]
    vm: VmOptions,

    /// The program, or - to read it from standard input
    file: PathBuf,

    /// Arguments for the program, which finds them in `scriptArgs` after its own name
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

impl Run {
    pub fn run(self) -> anyhow::Result<()> {
        let program = Program::read(&self.file)?;
        let vm = self
            .vm
            .builder()?
            .modules(FolderModules::new(&program.folder).map_err(|error| {
                Usage(format!("cannot open {}: {error}", program.folder.display()))
            })?)
            .build()?;
        let mut args = vec![program.name.clone()];
        args.extend(self.args);
        vm.global()?.set("scriptArgs", args)?;

        let sources = Sources { name: &program.name, text: &program.text };
        let is_module = match self.file.extension().and_then(|extension| extension.to_str()) {
            Some("mjs") => true,
            Some("cjs") => false,
            _ => vm.detect_module(&program.text)?,
        };
        let source = if is_module { Source::module } else { Source::script };
        let source = source(&program.text).file_name(&program.name);
        let value = vm.eval(source).map_err(|error| report::failure(&error, &sources))?;
        report::finish(&vm, &sources)?;
        if is_module && value.promise_state()? == Some(PromiseState::Pending) {
            eprintln!("jsvm: the program ended while its top-level await was still waiting");
            return Err(Failed.into());
        }
        Ok(())
    }
}

struct Program {
    /// As stacks show it, and as relative imports start from it.
    name: String,
    text: String,
    /// What may be imported from.
    folder: PathBuf,
}

impl Program {
    fn read(path: &Path) -> Result<Program, Usage> {
        let (name, bytes, folder);
        if path == Path::new("-") {
            let mut input = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut input)
                .map_err(|error| Usage(format!("cannot read standard input: {error}")))?;
            (name, bytes, folder) = ("<stdin>".to_owned(), input, PathBuf::from("."));
        } else {
            let cannot = |reason: &dyn std::fmt::Display| {
                Usage(format!("cannot run {}: {reason}", path.display()))
            };
            if path.is_dir() {
                return Err(cannot(&"it is a directory"));
            }
            bytes = std::fs::read(path).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => cannot(&"there is no such file"),
                _ => cannot(&error),
            })?;
            let path = path.canonicalize().map_err(|error| cannot(&error))?;
            let parent = path.parent().unwrap_or(Path::new("/")).to_owned();
            name = path
                .into_os_string()
                .into_string()
                .map_err(|_| cannot(&"its path is not Unicode"))?;
            folder = parent;
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1;
            Usage(format!("cannot run {name}: line {line} is not valid UTF-8"))
        })?;
        // A byte order mark is no JavaScript.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Ok(Program { name, text, folder })
    }
}
