//! Permissions of a program: files, environment variables and hosts that it can reach.

use std::path::{Component, Path, PathBuf};

use clap::Args;
use jsvm::HostError;
use jsvm_http::Url;

use super::builtin::error::coded;
use super::usage::Usage;

/// Permissions of the program. By default it can reach nothing but its own modules.
#[derive(Args, Clone)]
#[command(next_help_heading = "Permissions")]
pub struct PermissionOptions {
    /// Let the program read files: all, or these and the content of these folders; can be repeated
    #[arg(long, value_name = "PATH,...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = named)]
    allow_read: Vec<String>,

    /// Let the program read environment variables: all, or these; can be repeated
    #[arg(long, value_name = "NAME,...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = named)]
    allow_env: Vec<String>,

    /// Let the program reach the network: all of it, or these hosts, on one port or on all; can be
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
        "" => Err(Usage("expected a value after =".into())),
        text => Ok(text.to_owned()),
    }
}

/// The permissions that were granted to a program.
pub struct Permissions {
    /// The folder that `/` stands for, if not the system's root.
    root: Option<PathBuf>,
    read: Allowed<PathBuf>,
    env: Allowed<String>,
    net: Allowed<HostPort>,
}

/// A host as URLs write it, and the port if only one is allowed.
struct HostPort {
    host: String,
    port: Option<u16>,
}

impl HostPort {
    fn new(text: &str) -> Self {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => match port.parse() {
                // The text before is `host` or `[::1]`, not a part of an IPv6 address.
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
        HostPort { host, port }
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
    /// Returns the permissions. Paths are relative to the current folder.
    pub fn permissions(&self) -> Permissions {
        Permissions {
            root: None,
            read: Allowed::new(&self.allow_read, |path| real(Path::new(path))),
            env: Allowed::new(&self.allow_env, String::clone),
            net: Allowed::new(&self.allow_net, |place| HostPort::new(place)),
        }
    }
}

impl Permissions {
    /// Permissions to read the content of a folder, which is the root of all paths, and nothing
    /// else.
    pub fn within(folder: &Path) -> Permissions {
        Permissions {
            root: Some(folder.to_owned()),
            read: Allowed::These(vec![real(folder)]),
            env: Allowed::These(Vec::new()),
            net: Allowed::These(Vec::new()),
        }
    }

    /// Checks a path that a program reads, and returns the path to open. It contains no symbolic
    /// links, so the file that is opened is the one that was checked.
    pub fn read(&self, path: &str) -> Result<PathBuf, HostError> {
        if let Some(root) = &self.root {
            let real = real(&root.join(path.trim_start_matches('/')));
            return match self.read.allows(|allowed| real.starts_with(allowed)) {
                true => Ok(real),
                false => Err(denied(&format!(
                    "cannot read {path}: it is outside the program's folder"
                ))),
            };
        }
        let real = real(Path::new(path));
        if self.read.allows(|allowed| real.starts_with(allowed)) {
            return Ok(real);
        }
        // The target of a link is shown only to programs that can read the link.
        let full = std::path::absolute(path).unwrap_or_default();
        let is_plain = !full.components().any(|part| part == Component::ParentDir);
        if is_plain && self.read.allows(|allowed| full.starts_with(allowed)) {
            let real = real.display();
            return Err(denied(&format!(
                "cannot read {path}, a link to {real}: permission denied. Allow it with \
                 --allow-read={real}"
            )));
        }
        Err(denied(&format!(
            "cannot read {path}: permission denied. Allow it with --allow-read={path}"
        )))
    }

    /// Checks that the program can reach the host of a URL.
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
            |place: &HostPort| place.host == host && (place.port.is_none() || place.port == port);
        if self.net.allows(allows) {
            return Ok(());
        }
        let named = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Err(denied(&format!(
            "cannot reach {named}: permission denied. Allow it with --allow-net={named}"
        )))
    }

    /// Reads an environment variable. Without the permission, not even its existence is revealed.
    pub fn env(&self, name: &str) -> Result<Option<String>, HostError> {
        if self.env.allows(|allowed| allowed == name) {
            return Ok(env_of(name));
        }
        if name == "NODE_ENV" {
            // Many packages read it to choose between their development and production builds.
            return Ok(None);
        }
        Err(denied(&format!(
            "cannot read the environment variable {name}: permission denied. Allow it with \
             --allow-env={name}"
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
    // No variable has such a name, and asking for one would panic.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    let value = std::env::var_os(name)?;
    Some(value.to_string_lossy().into_owned())
}

fn denied(message: &str) -> HostError {
    coded("PermissionDenied", message, "ERR_ACCESS_DENIED")
}

/// Resolves a path through symbolic links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut rest = Vec::new();
    let mut start = full.as_path();
    loop {
        if let Ok(mut real) = start.canonicalize() {
            for part in rest.iter().rev() {
                match part {
                    // A missing part cannot be a link, so `..` simply removes it.
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
