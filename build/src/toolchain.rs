//! Finds the compilers of the guest: a Rust compiler that has, or can build, the standard
//! library for WebAssembly, and a C compiler and archiver for the same target.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::parts;

/// The target that the guest is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Names the C compiler, as the crate `cc` understands it.
pub const CC: &str = "CC_wasm32_unknown_unknown";

/// Names the archiver, as the crate `cc` understands it.
pub const AR: &str = "AR_wasm32_unknown_unknown";

/// Forces the Rust toolchain: `rustup` for the one that runs the build, `system` for
/// `/usr/bin/rustc`.
pub const RUST: &str = "JSVM_GUEST_RUST";

/// Environment variables that decide which toolchain is found, besides `PATH`.
pub const VARIABLES: [&str; 3] = [CC, AR, RUST];

/// Distributions install their Rust compiler here. Its cargo is called by path, as `cargo` in
/// `PATH` may be another one.
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";
const SYSTEM_CARGO: &str = "/usr/bin/cargo";

/// LLVM versions that are looked for, in this order. 16 is the first whose clang compiles
/// QuickJS for WebAssembly well.
const LLVM_VERSIONS: std::ops::RangeInclusive<u32> = 16..=22;

/// Why there is no toolchain.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// No Rust compiler will do.
    #[error("no Rust compiler for {TARGET} was found ({tried}); run `./just setup`")]
    Rust {
        /// The compilers that were found, and why each does not do.
        tried: String,
    },
    /// No C compiler will do.
    #[error("no C compiler for {TARGET} was found: none of {tried} works; run `./just setup`")]
    C {
        /// The commands that were tried.
        tried: String,
    },
    /// There is no archiver.
    #[error("no LLVM archiver (`llvm-ar`) was found; run `./just setup`")]
    Archiver,
    /// There is no linker for the system's Rust compiler.
    #[error("no WebAssembly linker (`wasm-ld`) was found; run `./just setup`")]
    Linker,
    /// The variable has an unknown value.
    #[error(
        "the environment variable {RUST} is `{value}`; set it to `rustup` or `system`, or unset it"
    )]
    Choice {
        /// Its value.
        value: String,
    },
}

/// A Rust compiler for the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rust {
    /// One that comes with the standard library for the target.
    Ready {
        /// The cargo to run.
        cargo: PathBuf,
        /// The compiler that it must use.
        rustc: PathBuf,
    },
    /// One that has the library's sources: the library is built along with the guest.
    FromSource {
        /// The cargo to run.
        cargo: PathBuf,
        /// The compiler that it must use.
        rustc: PathBuf,
        /// The linker that it must use.
        linker: PathBuf,
    },
}

impl Rust {
    /// The cargo to run.
    pub fn cargo(&self) -> &Path {
        let (Self::Ready { cargo, .. } | Self::FromSource { cargo, .. }) = self;
        cargo
    }

    /// The compiler that it must use.
    pub fn rustc(&self) -> &Path {
        let (Self::Ready { rustc, .. } | Self::FromSource { rustc, .. }) = self;
        rustc
    }
}

/// Everything the guest is compiled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// The Rust compiler.
    pub rust: Rust,
    /// The C compiler.
    pub cc: OsString,
    /// The archiver.
    pub ar: OsString,
}

#[cfg(test)]
impl Toolchain {
    /// Cargo for tests that ask it about packages, and compile nothing.
    pub(crate) fn without_compilers() -> Self {
        Self {
            rust: Rust::Ready {
                cargo: env::var_os("CARGO").unwrap_or("cargo".into()).into(),
                rustc: "rustc".into(),
            },
            cc: "clang".into(),
            ar: "llvm-ar".into(),
        }
    }
}

impl Toolchain {
    /// The versions of the compilers and of the guest's npm packages, for the record of a build.
    /// A version that cannot be read is `unknown`.
    pub fn versions(&self, guest: &Path) -> BTreeMap<String, String> {
        let first_line = |mut command: Command| {
            let output = command.arg("--version").output().ok()?;
            let text = String::from_utf8(output.stdout).ok()?;
            text.lines().next().map(str::to_owned)
        };
        let library = match self.rust {
            Rust::Ready { .. } => "rustup's",
            Rust::FromSource { .. } => "built from its sources",
        };
        let npm = |package: &str| {
            let path = guest.join("web/node_modules").join(package);
            let manifest = fs::read_to_string(path.join("package.json")).ok()?;
            let manifest: serde_json::Value = serde_json::from_str(&manifest).ok()?;
            manifest["version"].as_str().map(str::to_owned)
        };
        let mut versions = BTreeMap::from([
            ("rustc", first_line(Command::new(self.rust.rustc()))),
            ("standard library", Some(library.to_owned())),
            ("clang", first_line(Command::new(&self.cc))),
        ]);
        for (package, _) in parts::PACKAGES {
            versions.insert(package, npm(package));
        }
        let unknown = |version: Option<String>| version.unwrap_or_else(|| "unknown".into());
        let versions = versions.into_iter();
        versions
            .map(|(name, version)| (name.to_owned(), unknown(version)))
            .collect()
    }

    /// Looks for a toolchain, in `PATH` and the environment variables [`VARIABLES`].
    ///
    /// # Errors
    ///
    /// If a part of it is missing. The message says which.
    pub fn find() -> Result<Self, ToolchainError> {
        let (cc, version) = find_c_compiler()?;
        Ok(Self {
            rust: find_rust()?,
            cc,
            ar: find_archiver(version)?,
        })
    }
}

fn find_rust() -> Result<Rust, ToolchainError> {
    let choice = env::var_os(RUST).unwrap_or_default();
    let (ready, system) = match choice.to_str() {
        Some("") => (true, true),
        Some("rustup") => (true, false),
        Some("system") => (false, true),
        _ => {
            return Err(ToolchainError::Choice {
                value: choice.display().to_string(),
            });
        }
    };
    let mut tried = Vec::new();
    if ready {
        // Cargo names itself and its compiler to a build script.
        let tool = |variable, name| PathBuf::from(env::var_os(variable).unwrap_or(name));
        let rustc = tool("RUSTC", "rustc".into());
        if has_library(&rustc) {
            let cargo = tool("CARGO", "cargo".into());
            return Ok(Rust::Ready { cargo, rustc });
        }
        tried.push(format!("{} has no library for it", rustc.display()));
    }
    if system {
        let (rustc, cargo) = (PathBuf::from(SYSTEM_RUSTC), PathBuf::from(SYSTEM_CARGO));
        if has_library_sources(&rustc) && cargo.is_file() {
            let linker = find_tool("wasm-ld", None).ok_or(ToolchainError::Linker)?;
            return Ok(Rust::FromSource {
                cargo,
                rustc,
                linker,
            });
        }
        tried.push(format!("{SYSTEM_RUSTC} has no library sources"));
    }
    Err(ToolchainError::Rust {
        tried: tried.join(", "),
    })
}

/// Whether the compiler has a core library for the target.
fn has_library(rustc: &Path) -> bool {
    let Some(directory) = print(rustc, &["--print=target-libdir", "--target", TARGET]) else {
        return false;
    };
    // The directory is named whether or not anything is in it.
    let Ok(files) = directory.read_dir() else {
        return false;
    };
    files
        .flatten()
        .any(|file| file.file_name().as_encoded_bytes().starts_with(b"libcore-"))
}

/// Whether the compiler comes with the sources that `-Zbuild-std` needs.
fn has_library_sources(rustc: &Path) -> bool {
    print(rustc, &["--print=sysroot"]).is_some_and(|sysroot| {
        sysroot
            .join("lib/rustlib/src/rust/library/Cargo.lock")
            .is_file()
    })
}

/// The path that a compiler prints.
fn print(rustc: &Path, arguments: &[&str]) -> Option<PathBuf> {
    let output = Command::new(rustc).args(arguments).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim()))
}

/// The C compiler and, if its name tells, its LLVM version.
fn find_c_compiler() -> Result<(OsString, Option<u32>), ToolchainError> {
    let candidates = match env::var_os(CC) {
        Some(chosen) => vec![(chosen, None)],
        None => {
            let versioned = LLVM_VERSIONS.rev();
            let versioned = versioned.map(|n| (format!("clang-{n}").into(), Some(n)));
            std::iter::once(("clang".into(), None))
                .chain(versioned)
                .collect()
        }
    };
    let tried: Vec<_> = candidates
        .iter()
        .map(|(name, _)| name.display().to_string())
        .collect();
    let found = candidates.into_iter().find(|(name, _)| can_compile(name));
    found.ok_or_else(|| ToolchainError::C {
        tried: tried.join(", "),
    })
}

/// Source that only a compiler with headers of its own and of a sufficient version accepts.
const C_PROBE: &[u8] = b"#include <stddef.h>
#if __clang_major__ < 16
#error too old
#endif
size_t one(void) { return 1; }
";

/// Whether a C compiler makes code for the target: many are built without it.
fn can_compile(compiler: &OsString) -> bool {
    let run = || {
        let mut child = Command::new(compiler)
            .args([
                "--target=wasm32-unknown-unknown",
                "-S",
                "-x",
                "c",
                "-",
                "-o",
                "-",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A compiler that stops reading fails; its status says so.
            let _ = stdin.write_all(C_PROBE);
        }
        child.wait()
    };
    run().is_ok_and(|status: std::process::ExitStatus| status.success())
}

/// LLVM's archiver, of the compiler's version if there is one. Others do not index WebAssembly
/// objects, and the linker then finds nothing in the archive.
fn find_archiver(version: Option<u32>) -> Result<OsString, ToolchainError> {
    env::var_os(AR)
        .or_else(|| find_tool("llvm-ar", version).map(PathBuf::into_os_string))
        .ok_or(ToolchainError::Archiver)
}

/// An LLVM tool in `PATH`: of a version if there is one, else the newest that says its version in
/// its name, else the one that does not.
fn find_tool(name: &str, version: Option<u32>) -> Option<PathBuf> {
    let wanted = version.map(|n| format!("{name}-{n}"));
    let newest_first = LLVM_VERSIONS.rev().map(|n| format!("{name}-{n}"));
    let names = wanted
        .into_iter()
        .chain(newest_first)
        .chain([name.to_owned()]);
    let path = env::var_os("PATH")?;
    names
        .flat_map(|name| env::split_paths(&path).map(move |directory| directory.join(&name)))
        .find(|file| file.is_file())
}
