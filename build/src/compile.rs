//! From the guest's sources to a core module.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use crate::toolchain::{AR, CC, Rust, TARGET, Toolchain};
use crate::wrapper;

/// The level for C code that programs wait for. Of the levels, it makes the fastest interpreter.
const FAST: &str = "-O3";

/// The level for C code that is downloaded.
const SMALL: &str = "-Os";

/// What the guest is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// As its profile says for Rust.
    Speed,
    /// A small engine, for `jsvm build --optimize size`.
    Size,
}

impl Goal {
    /// The flags for the guest's C code.
    fn c_flags(self) -> &'static str {
        match self {
            Goal::Speed => FAST,
            Goal::Size => "-Oz",
        }
    }

    /// The settings of cargo that take the place of the guest's profile.
    fn settings(self) -> &'static [&'static str] {
        match self {
            Goal::Speed => &[],
            Goal::Size => &["--config", "profile.release.opt-level=\"s\""],
        }
    }
}

/// File that cargo makes of the package `jsvm-guest`.
const ARTEFACT: &str = "jsvm_guest.wasm";

/// Why the guest could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// There are no sources.
    #[error(
        "there is no guest at {path}: js-vm.wasm is built from a checkout of the whole repository"
    )]
    NoSources {
        /// The missing file.
        path: PathBuf,
    },
    /// Cargo accepts a path on its command line only if it is Unicode.
    #[error("the path {path:?} is not Unicode: build elsewhere")]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// Cargo does not run.
    #[error("cannot run {cargo}, with which the guest is compiled: {source}")]
    Run {
        /// The program.
        cargo: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Cargo ran and failed.
    #[error("the guest does not compile; the compiler's messages are above ({status})")]
    Failed {
        /// How cargo ended.
        status: std::process::ExitStatus,
    },
    /// Cargo ran, but its result is not where it should be.
    #[error("cannot read the compiled guest at {path}: {source}")]
    Read {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// How cargo is run.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The compilers.
    pub toolchain: &'a Toolchain,
    /// Folder for everything that cargo writes.
    pub target_dir: &'a Path,
    /// Flags for rustc, beside those of the package's profile.
    pub rust_flags: &'a [&'a str],
    /// If set, the result does not depend on where the sources and `target_dir` are.
    pub reproducible: Option<Reproducible<'a>>,
}

/// Makes a build independent of paths: see [`wrapper`].
#[derive(Clone, Copy, Debug)]
pub struct Reproducible<'a> {
    /// The folder that holds all sources: the checkout.
    pub root: &'a Path,
    /// A program that calls [`wrapper::run`] first: `jsvm-build`.
    pub wrapper: &'a Path,
}

/// Compiles the guest and returns its core module with the names of its functions. The engine is
/// compiled from `engine`, a patched copy of the crate that brings it. Cargo writes its messages to
/// standard error.
///
/// # Errors
///
/// See [`CompileError`].
pub fn compile(
    run: Run<'_>,
    guest: &Path,
    engine: &Path,
    goal: Goal,
) -> Result<Vec<u8>, CompileError> {
    if !guest.join("Cargo.toml").is_file() {
        return Err(CompileError::NoSources {
            path: guest.join("Cargo.toml"),
        });
    }
    let mut command = run.cargo_build(guest);
    command
        .arg("--config")
        .arg(path_override(engine)?)
        .args(goal.settings());
    set_c_compiler(&mut command, run, goal.c_flags())?;
    run_to_end(&mut command)?;
    let path = run.target_dir.join(TARGET).join("release").join(ARTEFACT);
    fs::read(&path).map_err(|source| CompileError::Read { path, source })
}

/// Compiles the package in `folder`, or the default members of the workspace there.
///
/// # Errors
///
/// See [`CompileError`].
pub fn compile_workspace(run: Run<'_>, folder: &Path) -> Result<(), CompileError> {
    run_to_end(&mut run.cargo_build(folder))
}

/// Compiles the package in `folder`, whose C code is to be small.
///
/// # Errors
///
/// See [`CompileError`].
pub fn compile_small(run: Run<'_>, folder: &Path) -> Result<(), CompileError> {
    let mut command = run.cargo_build(folder);
    set_c_compiler(&mut command, run, SMALL)?;
    run_to_end(&mut command)
}

/// Has cargo compile C code with the compiler of the toolchain.
fn set_c_compiler(command: &mut Command, run: Run<'_>, level: &str) -> Result<(), CompileError> {
    command
        .env(CC, &run.toolchain.cc)
        .env(AR, &run.toolchain.ar)
        .env(
            "CFLAGS_wasm32_unknown_unknown",
            c_flags(level, run.target_dir)?,
        )
        // The crate `cc` splits flags at blanks otherwise, and a path may contain blanks.
        .env("CC_SHELL_ESCAPED_FLAGS", "1");
    Ok(())
}

/// Compiles components for tests: the package in `folder`, or the default members of the workspace
/// there. Cargo writes below `target_dir`.
///
/// # Errors
///
/// See [`CompileError`].
pub fn compile_components(
    toolchain: &Toolchain,
    folder: &Path,
    target_dir: &Path,
) -> Result<(), CompileError> {
    let run = Run {
        toolchain,
        target_dir,
        rust_flags: &[],
        reproducible: None,
    };
    compile_workspace(run, folder)
}

/// Compiles one of the packages in `folder` for tests, and returns the path of its core module.
/// Cargo writes below `target_dir`.
///
/// # Errors
///
/// See [`CompileError`].
pub fn compile_package(
    toolchain: &Toolchain,
    folder: &Path,
    package: &str,
    target_dir: &Path,
) -> Result<PathBuf, CompileError> {
    let run = Run {
        toolchain,
        target_dir,
        rust_flags: &[],
        reproducible: None,
    };
    run_to_end(run.cargo_build(folder).args(["--package", package]))?;
    let name = package.replace('-', "_");
    let path = target_dir.join(TARGET).join("release").join(name);
    Ok(path.with_extension("wasm"))
}

impl Run<'_> {
    /// Arguments for cargo that set the flags for rustc.
    fn rust_flags_setting(&self) -> Vec<String> {
        if self.rust_flags.is_empty() {
            return Vec::new();
        }
        // A list of strings of JSON is one of TOML, too.
        let flags = serde_json::Value::from(self.rust_flags.to_vec());
        vec![
            "--config".to_owned(),
            format!("target.{TARGET}.rustflags={flags}"),
        ]
    }

    /// `cargo build` of a folder, without the options of this one build.
    fn cargo_build(&self, folder: &Path) -> Command {
        let mut command = cargo(&self.toolchain.rust);
        command
            .args(["build", "--release", "--locked", "--target", TARGET])
            .arg("--manifest-path")
            .arg(folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(self.target_dir)
            .args(self.rust_flags_setting())
            // Cargo looks for its configuration in this folder and above.
            .current_dir(folder)
            // The caller may be a build script, whose standard output is for cargo.
            .stdout(io::stderr());
        if let Some(Reproducible { root, wrapper }) = self.reproducible {
            let mut folders = vec![
                (root.to_owned(), "jsvm".to_owned()),
                (self.target_dir.to_owned(), "target".to_owned()),
            ];
            folders.extend(cargo_home().map(|path| (path, "cargo".to_owned())));
            folders.extend(library_sources(&self.toolchain.rust));
            command
                .env("RUSTC_WRAPPER", wrapper)
                .env(wrapper::REMAP, wrapper::remap(&folders));
        }
        command
    }
}

fn run_to_end(command: &mut Command) -> Result<(), CompileError> {
    let status = command.status().map_err(|source| CompileError::Run {
        cargo: command.get_program().into(),
        source,
    })?;
    match status.success() {
        true => Ok(()),
        false => Err(CompileError::Failed { status }),
    }
}

fn cargo_home() -> Option<PathBuf> {
    let home = env::home_dir().map(|home| home.join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or(home)
}

/// The folder of the standard library's sources, if they are installed, and the name that the
/// library itself was compiled with. Panics inside generic functions name these files.
fn library_sources(rust: &Rust) -> Option<(PathBuf, String)> {
    let print = |arguments: &[&str]| {
        let output = Command::new(rust.rustc()).args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()
    };
    let version = print(&["-vV"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))?;
    let sysroot = PathBuf::from(print(&["--print=sysroot"])?.trim());
    let folder = sysroot.join("lib/rustlib/src/rust");
    Some((folder, format!("/rustc/{commit}")))
}

/// A setting for cargo: take a package from a folder instead of the registry. The lock file stays
/// valid.
fn path_override(folder: &Path) -> Result<String, CompileError> {
    let path = folder.to_str().ok_or_else(|| CompileError::Path {
        path: folder.to_owned(),
    })?;
    // A string of JSON is one of TOML, too.
    Ok(format!("paths=[{}]", serde_json::Value::from(path)))
}

/// Cargo with the compiler to use, and without the variables of the build that runs this program.
pub(crate) fn cargo(rust: &Rust) -> Command {
    let mut command = Command::new(rust.cargo());
    for (variable, _) in env::vars_os() {
        if belongs_to_outer_build(&variable) {
            command.env_remove(variable);
        }
    }
    command.env("RUSTC", rust.rustc());
    if let Rust::FromSource { linker, .. } = rust {
        command
            .arg("-Zbuild-std=std,panic_abort")
            // Lets a stable compiler do that.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
            // It names the libraries of the compiler that built this program, which is another.
            .env_remove("LD_LIBRARY_PATH");
    }
    command
}

/// The flags for C, quoted for a shell. Assertions contain names of files.
fn c_flags(level: &str, target_dir: &Path) -> Result<String, CompileError> {
    let folder = target_dir.to_str().ok_or_else(|| CompileError::Path {
        path: target_dir.to_owned(),
    })?;
    let folder = folder.replace('\'', "'\\''");
    Ok(format!("{level} '-ffile-prefix-map={folder}=target'"))
}

/// Whether a variable was made by, or is meant for, the build that runs us. The guest is built
/// for another target, perhaps by another compiler: flags, wrappers (clippy is one) and job
/// servers must not reach it. Settings of the machine and its network must.
fn belongs_to_outer_build(variable: &OsStr) -> bool {
    const EXACT: &str = "CARGO TARGET HOST OUT_DIR OPT_LEVEL PROFILE DEBUG NUM_JOBS MAKEFLAGS \
                         MFLAGS CC AR CFLAGS CPPFLAGS TARGET_CC TARGET_AR TARGET_CFLAGS";
    const PREFIXES: &str = "CARGO_ RUSTC RUSTDOC RUSTFLAGS CLIPPY_ DEP_";
    const KEPT: &str = "CARGO_HOME CARGO_NET_ CARGO_HTTP_ CARGO_REGISTRIES_ CARGO_REGISTRY_";
    // No variable of a build has a name that is not Unicode.
    let Some(name) = variable.to_str() else {
        return false;
    };
    let starts = |prefixes: &str| prefixes.split(' ').any(|prefix| name.starts_with(prefix));
    EXACT.split(' ').any(|exact| name == exact) || (starts(PREFIXES) && !starts(KEPT))
}

#[cfg(test)]
mod tests {
    use super::{belongs_to_outer_build, c_flags};

    #[test]
    fn a_path_with_blanks_is_one_flag() {
        let flags = c_flags("-O3", "/it's a path".as_ref()).unwrap();
        assert_eq!(flags, r"-O3 '-ffile-prefix-map=/it'\''s a path=target'");
    }

    #[test]
    fn outer_build_stays_outside() {
        for name in [
            "CARGO",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_MAKEFLAGS",
            "CARGO_MANIFEST_DIR",
            "CARGO_TARGET_DIR",
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTFLAGS",
            "TARGET",
            "DEP_Z_INCLUDE",
        ] {
            assert!(belongs_to_outer_build(name.as_ref()), "{name}");
        }
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "RUSTUP_HOME",
        ] {
            assert!(!belongs_to_outer_build(name.as_ref()), "{name}");
        }
    }
}
