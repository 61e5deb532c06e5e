//! What a program may reach of the world outside: files, environment variables, hosts.

use std::path::{Component, Path, PathBuf};

use clap::Args;
use jsvm::HostError;
use reqwest::Url;

use super::Usage;
use super::builtin::error::coded;

/// What the program may reach outside of its sandbox. By default that is nothing but the modules
/// of the program itself
#[derive(Args, Clone)]
#[command(next_help_heading = "Permissions")]
pub struct PermissionOptions {
    /// Let the program read files: all, or these and what is in these folders; can be repeated
    #[arg(long, value_name = "PATH,...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = named)]
    allow_read: Vec<String>,

    /// Let the program read environment variables: all, or these; can be repeated
    #[arg(long, value_name = "NAME,...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = named)]
    allow_env: Vec<String>,

    /// Let the program reach the network: all of it, or these hosts, at one port or at any; can be
    /// repeated
    #[arg(long, value_name = "HOST[:PORT],...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = named)]
    allow_net: Vec<String>,
}

/// Stands for a flag without a value. Nothing on a command line can be this.
const ALL: &str = "\0";

/// Refuses an empty name: `--allow-read=$FOLDER` must not mean everything when the variable is
/// not set.
fn named(text: &str) -> Result<String, Usage> {
    match text {
        "" => Err(Usage("there is nothing after =".into())),
        text => Ok(text.to_owned()),
    }
}

/// What a program may reach.
pub struct Permissions {
    /// What the root of all paths stands for, if it is another than the system's.
    root: Option<PathBuf>,
    read: Allowed<PathBuf>,
    env: Allowed<String>,
    net: Allowed<Place>,
}

/// A host, in the form that URLs have it in, and a port, if only one is meant.
struct Place {
    host: String,
    port: Option<u16>,
}

impl Place {
    fn new(text: &str) -> Self {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => match port.parse() {
                // What stands before is `host` or `[::1]`, and not a part of an address.
                Ok(port) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
                _ => (text, None),
            },
            None => (text, None),
        };
        let host = if host.contains(':') && !host.starts_with('[') {
            format!("[{host}]")
        } else {
            host.to_lowercase()
        };
        Place { host, port }
    }
}

enum Allowed<T> {
    All,
    These(Vec<T>),
}

impl<T> Allowed<T> {
    fn new(given: &[String], make: impl Fn(&String) -> T) -> Self {
        if given.iter().any(|value| value == ALL) {
            Allowed::All
        } else {
            Allowed::These(given.iter().map(make).collect())
        }
    }

    fn allows(&self, test: impl Fn(&T) -> bool) -> bool {
        match self {
            Allowed::All => true,
            Allowed::These(these) => these.iter().any(test),
        }
    }
}

impl PermissionOptions {
    /// What they allow, seen from the current folder.
    pub fn permissions(&self) -> Permissions {
        Permissions {
            root: None,
            read: Allowed::new(&self.allow_read, |path| real(Path::new(path))),
            env: Allowed::new(&self.allow_env, String::clone),
            net: Allowed::new(&self.allow_net, |place| Place::new(place)),
        }
    }
}

impl Permissions {
    /// Nothing but to read what is in a folder, which is the root of all paths.
    pub fn within(folder: &Path) -> Permissions {
        Permissions {
            root: Some(folder.to_owned()),
            read: Allowed::These(vec![real(folder)]),
            env: Allowed::These(Vec::new()),
            net: Allowed::These(Vec::new()),
        }
    }

    /// The path to open for a path that a program wants to read: it has no symbolic links, so
    /// that what is opened is what was checked.
    pub fn read(&self, path: &str) -> Result<PathBuf, HostError> {
        if let Some(root) = &self.root {
            let real = real(&root.join(path.trim_start_matches('/')));
            return match self.read.allows(|allowed| real.starts_with(allowed)) {
                true => Ok(real),
                false => Err(denied(&format!(
                    "{path} is outside of the program's folder"
                ))),
            };
        }
        let real = real(Path::new(path));
        if self.read.allows(|allowed| real.starts_with(allowed)) {
            return Ok(real);
        }
        // Where a link leads is told only to those who may read it.
        let full = std::path::absolute(path).unwrap_or_default();
        let is_plain = !full.components().any(|part| part == Component::ParentDir);
        if is_plain && self.read.allows(|allowed| full.starts_with(allowed)) {
            let real = real.display();
            return Err(denied(&format!(
                "reading {path}, which is {real}, needs --allow-read={real}"
            )));
        }
        Err(denied(&format!("reading {path} needs --allow-read={path}")))
    }

    /// Whether the program may talk to the host of a URL.
    pub fn net(&self, url: &Url) -> Result<(), HostError> {
        if !matches!(url.scheme(), "http" | "https") {
            let message = format!("fetch of {url} failed: only http and https are supported");
            return Err(HostError::type_error(message));
        }
        let (host, port) = (
            url.host_str().unwrap_or_default(),
            url.port_or_known_default(),
        );
        let allows =
            |place: &Place| place.host == host && (place.port.is_none() || place.port == port);
        if self.net.allows(allows) {
            return Ok(());
        }
        let named = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Err(denied(&format!(
            "reaching {named} needs --allow-net={named}"
        )))
    }

    /// An environment variable. Whether there is one must not be told either.
    pub fn env(&self, name: &str) -> Result<Option<String>, HostError> {
        if self.env.allows(|allowed| allowed == name) {
            return Ok(env_of(name));
        }
        if name == "NODE_ENV" {
            // Every other package reads it in order to choose between two builds of itself.
            return Ok(None);
        }
        Err(denied(&format!(
            "reading the environment variable {name} needs --allow-env={name}"
        )))
    }

    /// The names of the environment variables that can be read.
    pub fn env_names(&self) -> Vec<String> {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        names
            .filter(|name| self.env.allows(|allowed| allowed == name))
            .collect()
    }
}

fn env_of(name: &str) -> Option<String> {
    // The system has no name with these; to ask for one is a panic.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    let value = std::env::var_os(name)?;
    Some(value.to_string_lossy().into_owned())
}

fn denied(message: &str) -> HostError {
    coded("PermissionDenied", message, "ERR_ACCESS_DENIED")
}

/// The full path of what a path leads to, through symbolic links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut rest = Vec::new();
    let mut start = full.as_path();
    loop {
        if let Ok(mut real) = start.canonicalize() {
            for part in rest.iter().rev() {
                match part {
                    // What is not there has no links: `..` after it is what stands before.
                    Component::ParentDir => drop(real.pop()),
                    part => real.push(part),
                }
            }
            return real;
        }
        let (Some(parent), Some(last)) = (start.parent(), start.components().next_back()) else {
            return full;
        };
        rest.push(last);
        start = parent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_allows_what_is_below_it_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("in")).unwrap();
        let options = PermissionOptions {
            allow_read: vec![root.join("in").to_str().unwrap().into()],
            allow_env: vec!["A".into()],
            allow_net: vec![
                "Example.com".into(),
                "127.0.0.1:8080".into(),
                "[::1]:9".into(),
                "::2".into(),
            ],
        };
        let permissions = options.permissions();
        let may_read = |path: &str| permissions.read(root.join(path).to_str().unwrap()).is_ok();
        assert!(may_read("in") && may_read("in/a/b") && may_read("in/../in/a"));
        assert!(may_read("missing/../in/x"));
        assert!(!may_read("in/../inner") && !may_read("inner") && !may_read("in/.."));
        assert!(!may_read("in/x/../../y"));
        let may_reach = |url: &str| permissions.net(&url.parse().unwrap()).is_ok();
        assert!(may_reach("https://example.com/x") && may_reach("http://EXAMPLE.com:81"));
        assert!(may_reach("http://127.0.0.1:8080") && may_reach("http://[::1]:9/"));
        assert!(may_reach("http://[::2]") && !may_reach("http://[::1]"));
        assert!(!may_reach("http://127.0.0.1") && !may_reach("http://a.example.com"));
        assert!(!may_reach("http://example.com.evil.org") && !may_reach("ftp://example.com"));
        assert!(permissions.env("A").is_ok() && permissions.env("B").is_err());
    }
}
