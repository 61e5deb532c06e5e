//! From the guest's sources to a core module.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use crate::toolchain::{AR, CC, Rust, TARGET, Toolchain};

/// Flags for the guest's C code, whatever its profile says about Rust. Of the levels, `-O3` makes
/// the fastest interpreter.
const C_FLAGS: &str = "-O3";

/// File that cargo makes of the package `jsvm-guest`.
const ARTEFACT: &str = "jsvm_guest.wasm";

/// Why the guest could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// There are no sources.
    #[error("there is no guest at {path}: jsvm is built from a checkout of its whole repository")]
    NoSources {
        /// Where they should be.
        path: PathBuf,
    },
    /// Cargo takes such a path on its command line only if it is Unicode.
    #[error("the path {path:?} is not Unicode: build elsewhere")]
    Path {
        /// Where the engine's sources are.
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

/// Compiles the guest, with everything cargo writes below `target_dir`, and returns its core
/// module with the names of its functions. The engine is compiled from `engine`, a folder like that
/// of the crate which brings it. Cargo writes its messages to standard error.
///
/// # Errors
///
/// See [`CompileError`].
pub fn compile(
    toolchain: &Toolchain,
    guest: &Path,
    engine: &Path,
    target_dir: &Path,
) -> Result<Vec<u8>, CompileError> {
    let manifest = guest.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(CompileError::NoSources {
            path: guest.to_owned(),
        });
    }
    let (mut command, cargo) = cargo(&toolchain.rust);
    command
        .args(["build", "--release", "--locked", "--target", TARGET])
        .arg("--manifest-path")
        .arg(&manifest)
        .arg("--target-dir")
        .arg(target_dir)
        .arg("--config")
        .arg(path_override(engine)?)
        // Cargo looks for its configuration from here upwards.
        .current_dir(guest)
        .env(CC, &toolchain.cc)
        .env(AR, &toolchain.ar)
        .env("CFLAGS_wasm32_unknown_unknown", c_flags(target_dir))
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags(guest, target_dir));
    // A build script's standard output is for cargo, which would take the inner one's as its
    // own instructions.
    command.stdout(io::stderr());

    let status = command.status().map_err(|source| CompileError::Run {
        cargo: cargo.to_owned(),
        source,
    })?;
    if !status.success() {
        return Err(CompileError::Failed { status });
    }
    let path = target_dir.join(TARGET).join("release").join(ARTEFACT);
    fs::read(&path).map_err(|source| CompileError::Read { path, source })
}

/// Compiles components, with everything cargo writes below `target_dir`: the package in `folder`, or
/// the default members of the workspace there.
///
/// # Errors
///
/// See [`CompileError`].
pub fn compile_components(
    toolchain: &Toolchain,
    folder: &Path,
    target_dir: &Path,
) -> Result<(), CompileError> {
    cargo_build(toolchain, folder, target_dir, &[])
}

/// Compiles one of the packages in `folder`, with everything cargo writes below `target_dir`, and
/// returns where its core module is.
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
    cargo_build(toolchain, folder, target_dir, &["--package", package])?;
    let name = package.replace('-', "_");
    let path = target_dir.join(TARGET).join("release").join(name);
    Ok(path.with_extension("wasm"))
}

fn cargo_build(
    toolchain: &Toolchain,
    folder: &Path,
    target_dir: &Path,
    packages: &[&str],
) -> Result<(), CompileError> {
    let (mut command, cargo) = cargo(&toolchain.rust);
    command
        .args(["build", "--release", "--locked", "--target", TARGET])
        .args(packages)
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target_dir)
        .current_dir(folder)
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags(folder, target_dir))
        .stdout(io::stderr());
    let status = command.status().map_err(|source| CompileError::Run {
        cargo: cargo.to_owned(),
        source,
    })?;
    match status.success() {
        true => Ok(()),
        false => Err(CompileError::Failed { status }),
    }
}

/// Has cargo take a package from a folder instead of the registry; its lock file stays valid.
fn path_override(folder: &Path) -> Result<String, CompileError> {
    let path = folder.to_str().ok_or_else(|| CompileError::Path {
        path: folder.to_owned(),
    })?;
    Ok(format!("paths=[{}]", toml::Value::from(path)))
}

/// The cargo to run, told which compiler to use and nothing about the build that runs us.
pub(crate) fn cargo(rust: &Rust) -> (Command, &Path) {
    let (cargo, rustc) = match rust {
        Rust::Ready { cargo, rustc } | Rust::FromSource { cargo, rustc, .. } => (cargo, rustc),
    };
    let mut command = Command::new(cargo);
    for (variable, _) in env::vars_os() {
        if belongs_to_outer_build(&variable) {
            command.env_remove(variable);
        }
    }
    command.env("RUSTC", rustc);
    if let Rust::FromSource { linker, .. } = rust {
        command
            .arg("-Zbuild-std=std,panic_abort")
            // Lets a stable compiler do that.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
            // Cargo points it at the libraries of the compiler that builds us, and this is
            // another one.
            .env_remove("LD_LIBRARY_PATH");
    }
    (command, cargo)
}

/// The flags for C. Names of files end up in the messages of assertions.
fn c_flags(target_dir: &Path) -> OsString {
    let mut flags = OsString::from(C_FLAGS);
    flags.push(" -ffile-prefix-map=");
    flags.push(target_dir);
    flags.push("=target");
    flags
}

/// The flags for Rust, in the form that allows blanks in paths: names of files end up in the
/// messages of panics, and the guest should be the same wherever it is compiled.
fn rust_flags(guest: &Path, target_dir: &Path) -> OsString {
    let home = env::home_dir().map(|home| home.join(".cargo"));
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from).or(home);
    let mut flags = OsString::new();
    for (path, name) in [
        (Some(target_dir), "target"),
        (Some(guest), "guest"),
        (cargo_home.as_deref(), "cargo"),
    ] {
        let Some(path) = path else { continue };
        if !flags.is_empty() {
            flags.push("\x1f");
        }
        flags.push("--remap-path-prefix=");
        flags.push(path);
        flags.push("=");
        flags.push(name);
    }
    flags
}

/// Whether a variable was made by, or is meant for, the build that runs us. The guest is built
/// for another target, perhaps by another compiler: flags, wrappers (clippy is one) and job
/// servers must not reach it. What tells cargo about the machine and its network must.
fn belongs_to_outer_build(variable: &OsStr) -> bool {
    const EXACT: &str = "CARGO TARGET HOST OUT_DIR OPT_LEVEL PROFILE DEBUG NUM_JOBS MAKEFLAGS \
                         MFLAGS CC AR CFLAGS CPPFLAGS TARGET_CC TARGET_AR TARGET_CFLAGS";
    const PREFIXES: &str = "CARGO_ RUSTC RUSTDOC RUSTFLAGS CLIPPY_ DEP_";
    const KEPT: &str = "CARGO_HOME CARGO_NET_ CARGO_HTTP_ CARGO_REGISTRIES_ CARGO_REGISTRY_";
    // A name that is not Unicode is nobody's here.
    let Some(name) = variable.to_str() else {
        return false;
    };
    let starts = |prefixes: &str| prefixes.split(' ').any(|prefix| name.starts_with(prefix));
    EXACT.split(' ').any(|exact| name == exact) || (starts(PREFIXES) && !starts(KEPT))
}

#[cfg(test)]
mod tests {
    use super::belongs_to_outer_build;

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
