//! A wrapper of rustc that makes builds independent of paths.
//!
//! Two things of a path get into compiled code. One is names of files in the messages of panics:
//! rustc can map them. The other is the hash in symbol names, which also is in type ids and in the
//! order of functions: cargo makes it (`-C metadata`) of the package's absolute path, if that is
//! outside of the workspace, as `host/data` is for the guest. This wrapper replaces that hash by
//! one of the package's name, version and features.
//!
//! Flags for mapping come from here as well and not from `RUSTFLAGS`: cargo would hash those into
//! the names of its output folders.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use sha2::{Digest, Sha256};

use crate::sources::hex;

/// The variable that asks for the wrapper. It holds pairs `path=name`.
pub const REMAP: &str = "JSVM_BUILD_REMAP";

/// Separates the pairs.
const SEPARATOR: &str = "\x1f";

/// The value of [`REMAP`] for folders and the names to replace them with. If one folder is inside
/// of another, the last one wins.
pub fn remap(folders: &[(PathBuf, String)]) -> OsString {
    let pairs: Vec<_> = folders
        .iter()
        .map(|(folder, name)| {
            let mut pair = folder.clone().into_os_string();
            pair.push("=");
            pair.push(name);
            pair
        })
        .collect();
    pairs.join(OsStr::new(SEPARATOR))
}

/// Runs rustc if cargo started this process for that, and returns how it ended.
pub fn run() -> Option<ExitCode> {
    let remap = env::var_os(REMAP)?.into_string().ok()?;
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next()?;
    let package = ["CARGO_PKG_NAME", "CARGO_PKG_VERSION"].map(|name| env::var(name).ok());
    let arguments = match package {
        [Some(name), Some(version)] => rewrite(arguments.collect(), &name, &version),
        // Cargo asks about the compiler itself.
        _ => arguments.collect(),
    };
    let remap = remap
        .split(SEPARATOR)
        .map(|pair| format!("--remap-path-prefix={pair}"));
    let status = Command::new(&rustc).args(arguments).args(remap).status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: cannot run {}: {error}", rustc.display());
            ExitCode::FAILURE
        }
    })
}

/// Replaces the hash that cargo made.
fn rewrite(mut arguments: Vec<OsString>, name: &str, version: &str) -> Vec<OsString> {
    let following = |flag: &str| {
        let pairs = arguments.windows(2);
        let pairs = pairs.filter(|pair| pair[0] == *flag);
        pairs
            .map(|pair| pair[1].to_string_lossy())
            .collect::<Vec<_>>()
    };
    let mut parts = vec![name.into(), version.into()];
    parts.extend(following("--crate-name"));
    parts.extend(following("--crate-type"));
    let mut features = following("--cfg");
    features.sort();
    parts.extend(features);
    let hash = hex(&Sha256::digest(parts.join("\n"))[..8]);
    for argument in &mut arguments {
        if argument.as_encoded_bytes().starts_with(b"metadata=") {
            *argument = format!("metadata={hash}").into();
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{remap, rewrite};

    fn rewritten(arguments: &str, version: &str) -> String {
        let arguments = arguments.split(' ').map(OsString::from).collect();
        let rewritten = rewrite(arguments, "package", version);
        rewritten.join(" ".as_ref()).into_string().unwrap()
    }

    #[test]
    fn the_hash_depends_on_the_package_and_not_on_its_path() {
        let here = "--crate-name data /here/lib.rs -C metadata=12 -C extra-filename=-12";
        let there = "--crate-name data /there/lib.rs -C metadata=34 -C extra-filename=-12";
        let one = rewritten(here, "1.0.0");
        assert!(!one.contains("metadata=12"), "{one}");
        assert!(one.ends_with(" -C extra-filename=-12"), "{one}");
        assert_eq!(one, rewritten(there, "1.0.0").replace("there", "here"));
        assert_ne!(one, rewritten(here, "2.0.0"));
        let feature = here.replace("data ", "data --cfg feature=\"x\" ");
        let with_feature = rewritten(&feature, "1.0.0").replace("--cfg feature=\"x\" ", "");
        assert_ne!(one, with_feature);
    }

    #[test]
    fn folders_are_joined() {
        let folders = [("/a b".into(), "x".into()), ("/c".into(), "y".into())];
        assert_eq!(remap(&folders), "/a b=x\x1f/c=y");
    }
}
