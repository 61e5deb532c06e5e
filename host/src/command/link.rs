//! Components in other languages that the program may import.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;
use jsvm::link::{LinkError, LinkRights, LinkedComponent};
use jsvm::{Engine, VmBuilder};

use super::Usage;
use super::options::{Given, bytes, given};
use super::progress::Waiting;
use super::usage::reason;

/// Components in other languages that the program may import, and what these may do. By default that
/// is nothing but to compute
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Linked components")]
pub struct LinkOptions {
    /// Let the program import what a component exports, by the names of its interfaces and by the
    /// name given here or that of its package; can be repeated
    #[arg(long, value_name = "[NAME=]FILE", value_parser = named_file)]
    link: Vec<NamedFile>,

    /// Let linked components read what is in a folder; can be repeated
    #[arg(long, value_name = "HOST[::GUEST]", value_parser = folder)]
    link_dir: Vec<Folder>,

    /// Let linked components read and write what is in a folder; can be repeated
    #[arg(long, value_name = "HOST[::GUEST]", value_parser = folder)]
    link_write_dir: Vec<Folder>,

    /// Let linked components see an environment variable, with this value or as it is; can be
    /// repeated
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = variable)]
    link_env: Vec<(String, String)>,

    /// Let linked components use standard input, output and error
    #[arg(long)]
    link_stdio: bool,

    /// Let linked components reach the network
    #[arg(long)]
    link_net: bool,

    /// Most memory for each linked component, such as 64MiB [default: 512MiB]
    #[arg(long, value_name = "SIZE", value_parser = given(bytes))]
    link_memory: Option<Given<u64>>,
}

#[derive(Clone, Debug)]
pub struct NamedFile {
    name: Option<String>,
    file: PathBuf,
}

/// As the host and as the component sees it.
#[derive(Clone, Debug)]
pub struct Folder {
    host: PathBuf,
    guest: String,
}

/// `NAME=FILE`, or a file.
pub fn named_file(text: &str) -> Result<NamedFile, Usage> {
    let (name, file) = match text.split_once('=') {
        // What has a separator before the sign is a path with one in it.
        Some((name, file)) if !name.starts_with(['.', '/']) => (Some(name.to_owned()), file),
        _ => (None, text),
    };
    if file.is_empty() || name.as_deref() == Some("") {
        return Err(Usage("not a file, or a name and a file: NAME=FILE".into()));
    }
    Ok(NamedFile {
        name,
        file: file.into(),
    })
}

fn folder(text: &str) -> Result<Folder, Usage> {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    if host.is_empty() || guest.is_empty() {
        return Err(Usage("not a folder, or two with :: between them".into()));
    }
    Ok(Folder {
        host: host.into(),
        guest: guest.into(),
    })
}

fn variable(text: &str) -> Result<(String, String), Usage> {
    match text.split_once('=') {
        Some(("", _)) => Err(Usage("a variable needs a name".into())),
        Some((name, value)) => Ok((name.into(), value.into())),
        None if text.is_empty() || text.contains('\0') => {
            Err(Usage("a variable needs a name".into()))
        }
        None => match std::env::var(text) {
            Ok(value) => Ok((text.into(), value)),
            Err(_) => Err(Usage("there is no such variable".into())),
        },
    }
}

impl NamedFile {
    /// Reads and compiles it.
    pub fn link(&self, engine: &Engine) -> anyhow::Result<LinkedComponent> {
        let file = self.file.display();
        let read = std::fs::read(&self.file);
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(error) => bail!(Usage(format!("cannot link {file}: {}", reason(&error)))),
        };
        let own = own_name(&self.file);
        let name = self.name.as_deref().unwrap_or(&own);
        let link = || {
            let component = engine.link(name, &bytes)?;
            let package = component.package().map(str::to_owned);
            match package {
                Some(package) if self.name.is_none() => component.named(&package),
                _ => Ok(component),
            }
        };
        link().map_err(|error: LinkError| Usage(format!("cannot link {file}: {error}")).into())
    }
}

/// What a component is called that has neither been given a name nor has one itself.
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
    /// Links the components to VMs.
    pub fn add_to(&self, mut builder: VmBuilder, engine: &Engine) -> anyhow::Result<VmBuilder> {
        if self.link.is_empty() {
            return self.refuse_rights().map(|()| builder);
        }
        let _waiting = Waiting::new("compiling components");
        for file in &self.link {
            let component = file.link(engine)?.rights(self.rights());
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
        match &self.link_memory {
            Some(memory) => rights.memory(memory.value),
            None => rights,
        }
    }

    /// Rights that nobody has are a mistake.
    fn refuse_rights(&self) -> anyhow::Result<()> {
        let given = [
            (!self.link_dir.is_empty(), "--link-dir"),
            (!self.link_write_dir.is_empty(), "--link-write-dir"),
            (!self.link_env.is_empty(), "--link-env"),
            (self.link_stdio, "--link-stdio"),
            (self.link_net, "--link-net"),
            (self.link_memory.is_some(), "--link-memory"),
        ];
        match given.iter().find(|(is_given, _)| *is_given) {
            Some((_, flag)) => bail!(Usage(format!(
                "{flag} is for linked components, and there are none: use --link FILE"
            ))),
            None => Ok(()),
        }
    }
}
