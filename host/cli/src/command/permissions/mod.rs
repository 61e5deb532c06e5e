//! Permissions of a program: files, environment variables and hosts that it can reach.

pub mod env;
mod env_file;
mod listen;
pub mod net;
pub mod net_options;
mod path;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use jsvm::HostError;
use jsvm_http::{EgressRules, EgressTarget, Url};

use self::env_file::EnvFile;
use self::listen::ListenTarget;
use self::net::NetTarget;
use self::path::{link_target, real};
use super::builtin::error::{access_denied, coded};
use super::usage::Usage;

/// Permissions of the program. By default it can reach nothing but its own modules.
#[derive(Args, Clone)]
#[command(next_help_heading = "Permissions")]
pub struct PermissionOptions {
    /// Let the program read and write all files, read all environment variables, reach every host at
    /// public addresses, and listen everywhere: --allow-read --allow-write --allow-env --allow-net
    /// --allow-listen
    #[arg(short = 'A', long)]
    allow_all: bool,

    /// Let the program read files: all, or these and the content of these folders; can be repeated
    #[arg(long, value_name = "PATH,...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = named)]
    allow_read: Vec<String>,

    /// Let the program create, change and delete files: all, or these and the content of these
    /// folders; can be repeated
    #[arg(long, value_name = "PATH,...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = named)]
    allow_write: Vec<String>,

    /// Let the program read environment variables: all, or these; can be repeated
    #[arg(long, value_name = "NAME,...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = named)]
    allow_env: Vec<String>,

    /// Give the program the environment variables of a file of lines NAME=value, without --allow-env; can be
    /// repeated. A variable that is set, and that the program may read, comes first
    #[arg(long, value_name = "FILE", value_parser = EnvFile::read)]
    env_file: Vec<EnvFile>,

    /// As --env-file, if the file exists
    #[arg(long, value_name = "FILE", value_parser = EnvFile::read_if_exists)]
    env_file_if_exists: Vec<EnvFile>,

    /// Let the program reach the network: every host at public addresses, or these hosts, addresses
    /// and ranges, on one port or on all; can be repeated. Private addresses must be named:
    /// localhost, 127.0.0.1, 10.0.0.0/8
    #[arg(long, value_name = "HOST[:PORT],...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = NetTarget::parse)]
    allow_net: Vec<NetTarget>,

    /// Never let the program reach these hosts, addresses and ranges; can be repeated
    #[arg(long, value_name = "HOST[:PORT],...", require_equals = true)]
    #[arg(value_delimiter = ',', value_parser = net::denied_target)]
    deny_net: Vec<EgressTarget>,

    /// Let the program listen for connections: at every address and port of this machine, or at these;
    /// can be repeated. localhost is every loopback address
    #[arg(long, value_name = "[HOST:]PORT,...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = ListenTarget::parse)]
    allow_listen: Vec<ListenTarget>,

    /// Interpret the WebAssembly modules that the program loads, instead of compiling them to native code
    #[arg(long)]
    interpret_webassembly: bool,
}

/// The maximum length of a path, in bytes: that of Linux.
const MAX_PATH: usize = 4096;

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
    write: Allowed<PathBuf>,
    env: Allowed<String>,
    /// Later ones come first.
    env_files: Vec<EnvFile>,
    egress: EgressRules,
    listen: Vec<ListenTarget>,
    /// Whether modules of WebAssembly are compiled.
    pub compiles: bool,
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
        let mut net = self.allow_net.clone();
        if self.allow_all {
            net.push(NetTarget::Public);
        }
        let mut listen = self.allow_listen.clone();
        if self.allow_all {
            listen.push(ListenTarget::Anywhere);
        }
        let all = self.allow_all.then(|| ALL.to_owned());
        let with_all =
            |given: &[String]| given.iter().cloned().chain(all.clone()).collect::<Vec<_>>();
        Permissions {
            root: None,
            read: Allowed::new(&with_all(&self.allow_read), |path| real(Path::new(path))),
            write: Allowed::new(&with_all(&self.allow_write), |path| real(Path::new(path))),
            env: Allowed::new(&with_all(&self.allow_env), String::clone),
            env_files: [&self.env_file_if_exists[..], &self.env_file].concat(),
            egress: net::rules(&net, &self.deny_net),
            listen,
            compiles: !self.interpret_webassembly,
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
            write: Allowed::These(Vec::new()),
            env: Allowed::These(Vec::new()),
            env_files: Vec::new(),
            egress: EgressRules::none(),
            listen: Vec::new(),
            compiles: false,
        }
    }

    /// Checks a path that a program reads, and returns its real path, which contains no symbolic
    /// links. Between the check and its use the file can be replaced by a link, so the path must be
    /// opened by the functions of [`nofollow`](super::builtin::nofollow).
    pub fn read(&self, path: &str) -> Result<PathBuf, HostError> {
        self.check(path, Access::Read)
    }

    /// As [`read`](Self::read), for a path that a program reads or changes.
    pub fn check(&self, path: &str, access: Access) -> Result<PathBuf, HostError> {
        require_length(path)?;
        let real = real(&self.below_root(path));
        if self.allows(&real, access) {
            return Ok(real);
        }
        if self.root.is_some() {
            return Err(self.denied_below_root(path, access));
        }
        // The target of a link is shown only to programs that can read the link.
        let target = link_target(Path::new(path), |folder| {
            self.read.allows(|allowed| folder.starts_with(allowed))
        });
        let target = target.map(|target| target.display().to_string());
        Err(access.denied(path, target.as_deref()))
    }

    /// As [`check`](Self::check), for a path whose last part is not followed if it is a link: the
    /// folder of the result contains no links.
    pub fn check_place(&self, path: &str, access: Access) -> Result<PathBuf, HostError> {
        require_length(path)?;
        let full = self.below_root(path);
        // A path that ends with `..` has no name.
        let (Some(folder), Some(name)) = (full.parent(), full.file_name()) else {
            return self.check(path, access);
        };
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        let place = real(folder).join(name);
        match self.allows(&place, access) {
            true => Ok(place),
            false if self.root.is_some() => Err(self.denied_below_root(path, access)),
            false => Err(access.denied(path, None)),
        }
    }

    fn below_root(&self, path: &str) -> PathBuf {
        match &self.root {
            Some(root) => root.join(path.trim_start_matches('/')),
            None => PathBuf::from(path),
        }
    }

    fn allows(&self, real: &Path, access: Access) -> bool {
        let is_in = |allowed: &PathBuf| real.starts_with(allowed);
        let reads = || self.read.allows(is_in);
        let writes = || self.write.allows(is_in);
        match access {
            Access::Read => reads(),
            Access::Write => writes(),
        }
    }

    fn denied_below_root(&self, path: &str, access: Access) -> HostError {
        let message = match access {
            Access::Read => format!("cannot read {path}: it is outside the program's folder"),
            Access::Write => {
                format!("cannot write {path}: nothing is written while a file is built")
            }
        };
        access_denied(&message, access.permission(), path)
    }

    /// Checks that the program can reach the host of a URL. If the host is a name, its addresses
    /// are checked when a connection is made.
    pub fn net(&self, url: &Url) -> Result<(), HostError> {
        if !matches!(url.scheme(), "http" | "https") {
            let message = format!("fetch of {url} failed: only http and https are supported");
            return Err(HostError::type_error(message));
        }
        self.egress
            .check_url(url)
            .map_err(|error| net::denied(&error))
    }

    /// The rules of all connections of the program.
    pub fn egress(&self) -> &EgressRules {
        &self.egress
    }

    /// Reads an environment variable. Without the permission it is not set, as far as the program can
    /// tell: packages look for many variables, and few of them matter. The user is
    /// [told](env::print_denied) of one that is set.
    pub fn env(&self, name: &str) -> Option<String> {
        let in_files = || self.env_files.iter().rev().find_map(|file| file.get(name));
        let Some(value) = env_of(name) else {
            return in_files().map(str::to_owned);
        };
        if self.env.allows(|allowed| allowed == name) {
            return Some(value);
        }
        if let Some(value) = in_files() {
            return Some(value.to_owned());
        }
        env::note_denied(name);
        None
    }

    /// The names of the environment variables that can be read.
    pub fn env_names(&self) -> Vec<String> {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let allowed = names.filter(|name| self.env.allows(|allowed| allowed == name));
        let of_files = self
            .env_files
            .iter()
            .flat_map(EnvFile::names)
            .map(str::to_owned);
        let names: BTreeSet<String> = allowed.chain(of_files).collect();
        names.into_iter().collect()
    }
}

/// What a program does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    /// Creates, changes or deletes it.
    Write,
}

impl Access {
    /// The name of the permission in Node.js.
    fn permission(self) -> &'static str {
        match self {
            Access::Read => "FileSystemRead",
            Access::Write => "FileSystemWrite",
        }
    }

    fn denied(self, path: &str, target: Option<&str>) -> HostError {
        let verb = match self {
            Access::Read => "read",
            Access::Write => "write",
        };
        let link = target.map(|target| format!(", a link to {target}"));
        let place = target.unwrap_or(path);
        let message = format!(
            "cannot {verb} {path}{}: permission denied. Allow it with --allow-{verb}={place}",
            link.unwrap_or_default()
        );
        access_denied(&message, self.permission(), path)
    }
}

fn require_length(path: &str) -> Result<(), HostError> {
    if path.len() <= MAX_PATH {
        return Ok(());
    }
    let message = format!("ENAMETOOLONG: the path is longer than {MAX_PATH} bytes");
    Err(coded("Error", &message, "ENAMETOOLONG"))
}

fn env_of(name: &str) -> Option<String> {
    // No variable has such a name, and asking for one would panic.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    let value = std::env::var_os(name)?;
    Some(value.to_string_lossy().into_owned())
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
            allow_all: false,
            allow_read: vec![root.join("in").to_str().unwrap().into()],
            allow_write: vec![root.join("in").to_str().unwrap().into()],
            allow_env: vec!["A".into()],
            env_file: Vec::new(),
            env_file_if_exists: Vec::new(),
            allow_net: Vec::new(),
            deny_net: Vec::new(),
            allow_listen: Vec::new(),
            interpret_webassembly: false,
        };
        let permissions = options.permissions();
        let may_read = |path: &str| permissions.read(root.join(path).to_str().unwrap()).is_ok();
        assert!(may_read("in") && may_read("in/a/b") && may_read("in/../in/a"));
        assert!(may_read("missing/../in/x"));
        assert!(!may_read("in/../inner") && !may_read("inner") && !may_read("in/.."));
        assert!(!may_read("in/x/../../y"));
        let may_write = |path: &str| {
            let path = root.join(path);
            let path = path.to_str().unwrap();
            let place = permissions.check_place(path, Access::Write).is_ok();
            assert_eq!(permissions.check(path, Access::Write).is_ok(), place);
            place
        };
        assert!(may_write("in/new") && !may_write("inner") && !may_write("in/.."));
        assert!(!may_write("in/../new"));
        assert!(permissions.env.allows(|name| name == "A"));
    }
}
