//! Options of linked components.

mod cache;
mod child;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use jsvm::VmBuilder;
use jsvm_link::{LinkError, LinkExt, LinkRights, LinkedComponent, Linker};

use self::child::{ChildError, ChildLimits};
use super::options::{ParsedArg, bytes, duration, parsed_arg};
use super::progress::Progress;
use super::reason::reason;
use super::usage::Usage;

pub use self::child::CompileComponent;
pub use cache::cache_folder;

/// Components that the program can import, and their rights. By default they can only compute.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Linked components")]
pub struct LinkOptions {
    /// Let the program import a component: by the names of its interfaces, and by this name or that
    /// of its package; can be repeated
    #[arg(long, value_name = "[NAME=]FILE", value_parser = named_file)]
    link: Vec<NamedFile>,

    /// Let linked components read the content of a folder; can be repeated
    #[arg(long, value_name = "HOST[::GUEST]", value_parser = folder)]
    link_dir: Vec<FolderMapping>,

    /// Let linked components read and write the content of a folder; can be repeated
    #[arg(long, value_name = "HOST[::GUEST]", value_parser = folder)]
    link_write_dir: Vec<FolderMapping>,

    /// Let linked components see an environment variable, with this value or the current one; can
    /// be repeated
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = variable)]
    link_env: Vec<(String, String)>,

    /// Let linked components use standard input, output and error
    #[arg(long)]
    link_stdio: bool,

    /// Let linked components reach the network
    #[arg(long)]
    link_net: bool,

    /// Limit of memory for each linked component, its tables included, such as 64MiB
    /// [default: 512MiB]
    #[arg(long, value_name = "SIZE", value_parser = parsed_arg(bytes))]
    link_memory: Option<ParsedArg<u64>>,

    /// Limit of memory of jsvm for the arguments of a call of a linked component, and for its
    /// result [default: --memory]
    #[arg(long, value_name = "SIZE", value_parser = parsed_arg(bytes))]
    link_value_memory: Option<ParsedArg<u64>>,

    #[command(flatten)]
    compile: CompileOptions,
}

/// Limits of compiling a component.
#[derive(Args, Clone, Default)]
pub struct CompileOptions {
    /// Limit of memory for compiling a component, such as 256MiB [default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = parsed_arg(bytes))]
    link_compile_memory: Option<ParsedArg<u64>>,

    /// Limit of processor time for compiling a component, such as 10s [default: 1m]
    #[arg(long, value_name = "DURATION", value_parser = parsed_arg(duration))]
    link_compile_time: Option<ParsedArg<Duration>>,
}

/// The file of a component, and the name to link it under, if one was given.
#[derive(Clone, Debug)]
pub struct NamedFile {
    name: Option<String>,
    file: PathBuf,
}

/// A folder of the host, and its path inside the component.
#[derive(Clone, Debug)]
pub struct FolderMapping {
    host: PathBuf,
    guest: String,
}

/// Parses `NAME=FILE` or `FILE`.
pub fn named_file(text: &str) -> Result<NamedFile, Usage> {
    let (name, file) = match text.split_once('=') {
        // A separator before `=` means that `=` is part of a path.
        Some((name, file)) if !name.starts_with(['.', '/']) => (Some(name.to_owned()), file),
        _ => (None, text),
    };
    if file.is_empty() || name.as_deref() == Some("") {
        return Err(Usage("expected FILE or NAME=FILE".into()));
    }
    Ok(NamedFile {
        name,
        file: file.into(),
    })
}

fn folder(text: &str) -> Result<FolderMapping, Usage> {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    if host.is_empty() || guest.is_empty() {
        return Err(Usage("expected HOST or HOST::GUEST".into()));
    }
    Ok(FolderMapping {
        host: host.into(),
        guest: guest.into(),
    })
}

fn variable(text: &str) -> Result<(String, String), Usage> {
    match text.split_once('=') {
        Some(("", _)) => Err(Usage("expected NAME or NAME=VALUE".into())),
        Some((name, value)) => Ok((name.into(), value.into())),
        None if text.is_empty() || text.contains('\0') => {
            Err(Usage("expected NAME or NAME=VALUE".into()))
        }
        None => match std::env::var(text) {
            Ok(value) => Ok((text.into(), value)),
            Err(_) => Err(Usage(
                "the variable is not set. Give it a value: NAME=VALUE".into(),
            )),
        },
    }
}

impl NamedFile {
    /// Reads and compiles the component.
    pub fn compile(
        &self,
        linker: &Linker,
        options: &CompileOptions,
    ) -> anyhow::Result<LinkedComponent> {
        let file = self.file.display();
        let read = std::fs::read(&self.file);
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(error) => bail!(Usage(format!("cannot link {file}: {}", reason(&error)))),
        };
        let own = own_name(&self.file);
        let name = self.name.as_deref().unwrap_or(&own);
        let link = || {
            let component = child::compile(linker, name, &bytes, options.limits())?;
            let package = component.package().map(str::to_owned);
            match package {
                Some(package) if self.name.is_none() => Ok(component.named(&package)?),
                _ => Ok(component),
            }
        };
        link().map_err(|error| {
            let reason = match error {
                ChildError::Link(error) => error.to_string(),
                ChildError::Stopped => options.stopped(),
            };
            Usage(format!("cannot link {file}: {reason}")).into()
        })
    }
}

impl CompileOptions {
    fn limits(&self) -> ChildLimits {
        let memory = self.link_compile_memory.as_ref();
        let time = self.link_compile_time.as_ref();
        ChildLimits {
            memory: memory.map_or(1 << 30, |memory| memory.value),
            time: time.map_or(Duration::from_secs(60), |time| time.value),
        }
    }

    /// Explains that the limits were reached.
    fn stopped(&self) -> String {
        let memory = self.link_compile_memory.as_ref();
        let time = self.link_compile_time.as_ref();
        format!(
            "compiling it takes more than {} of memory or {} of processor time. If you trust it, \
             raise --link-compile-memory or --link-compile-time",
            memory.map_or("1GiB", |memory| &memory.text),
            time.map_or("1m", |time| &time.text),
        )
    }
}

/// The name of a component, from its file, if neither the command line nor the component names it.
fn own_name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = stem
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '-' {
                c
            } else {
                '-'
            }
        })
        .collect();
    match name.trim_matches('-') {
        "" => "component".into(),
        name => name.into(),
    }
}

impl LinkOptions {
    /// Links the components to the VMs of a builder.
    pub fn add_to(&self, builder: VmBuilder) -> anyhow::Result<VmBuilder> {
        // A restored program may call components that are not linked this time.
        let mut builder = builder.expect_links();
        if self.link.is_empty() {
            return self.refuse_rights().map(|()| builder);
        }
        self.check_folders()?;
        let _waiting = Progress::new("compiling components");
        let linker = Linker::new()?;
        for file in &self.link {
            let component = file.compile(&linker, &self.compile)?.rights(self.rights());
            let component = component.map_err(|error| match error {
                LinkError::Folder { path, source } => {
                    let path = path.display();
                    Usage(format!(
                        "cannot open the folder {path}: {}",
                        reason(&source)
                    ))
                }
                error => Usage(error.to_string()),
            })?;
            builder = builder.link(&component);
        }
        Ok(builder)
    }

    /// Checks the folders before components are compiled, which can take seconds.
    fn check_folders(&self) -> Result<(), Usage> {
        for folder in self.link_dir.iter().chain(&self.link_write_dir) {
            std::fs::read_dir(&folder.host).map_err(|error| {
                Usage(format!(
                    "cannot open the folder {}: {}",
                    folder.host.display(),
                    reason(&error)
                ))
            })?;
        }
        Ok(())
    }

    fn rights(&self) -> LinkRights {
        let mut rights = LinkRights::new();
        for folder in &self.link_dir {
            rights = rights.read_folder(&folder.host, &folder.guest);
        }
        for folder in &self.link_write_dir {
            rights = rights.write_folder(&folder.host, &folder.guest);
        }
        for (name, value) in &self.link_env {
            rights = rights.env(name, value);
        }
        if self.link_stdio {
            rights = rights.stdio();
        }
        if self.link_net {
            rights = rights.network();
        }
        if let Some(memory) = &self.link_memory {
            rights = rights.memory(memory.value);
        }
        if let Some(memory) = &self.link_value_memory {
            rights = rights.value_memory(memory.value);
        }
        rights
    }

    /// Refuses rights without a linked component.
    fn refuse_rights(&self) -> anyhow::Result<()> {
        let given = [
            (!self.link_dir.is_empty(), "--link-dir"),
            (!self.link_write_dir.is_empty(), "--link-write-dir"),
            (!self.link_env.is_empty(), "--link-env"),
            (self.link_stdio, "--link-stdio"),
            (self.link_net, "--link-net"),
            (self.link_memory.is_some(), "--link-memory"),
            (self.link_value_memory.is_some(), "--link-value-memory"),
            (
                self.compile.link_compile_memory.is_some(),
                "--link-compile-memory",
            ),
            (
                self.compile.link_compile_time.is_some(),
                "--link-compile-time",
            ),
        ];
        match given.iter().find(|(is_given, _)| *is_given) {
            Some((_, flag)) => bail!(Usage(format!(
                "{flag} needs a linked component: add --link FILE"
            ))),
            None => Ok(()),
        }
    }
}
