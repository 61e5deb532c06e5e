//! The parts of the web platform that are written in JavaScript: `guest/web/*.js`, and the npm
//! packages that they are made of.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// A script that the guest can run by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Name, without `.js`.
    pub name: String,
    /// Source. The guest uses its completion value.
    pub source: String,
}

/// npm packages that are parts, with their file in `guest/web/node_modules`. Each is a script that
/// knows `exports`.
pub(crate) const PACKAGES: [(&str, &str); 1] = [(
    "web-streams-polyfill",
    "web-streams-polyfill/dist/ponyfill.js",
)];

/// What a package finds as `Object`, `exports` and `module`. Descriptors of properties are literals in
/// packages, and would inherit what a script has put on `Object.prototype`.
const OBJECT: &str = r"{
  const own = (descriptor) => ({ __proto__: null, ...descriptor });
  const Object = {
    __proto__: Builtin,
    defineProperty: (target, key, descriptor) => Builtin.defineProperty(target, key, own(descriptor)),
    defineProperties(target, descriptors) {
      for (const key in own(descriptors)) Builtin.defineProperty(target, key, own(descriptors[key]));
      return target;
    },
  };
  const exports = {}, module = {};";

/// Why there are no sources.
#[derive(Debug, thiserror::Error)]
pub enum PartsError {
    /// An npm package is not installed.
    #[error(
        "the npm package {package} is not installed: run `./setup.sh guest` (there is no {path}: \
         {source})"
    )]
    NotInstalled {
        /// Name of the package.
        package: &'static str,
        /// The file that is missing.
        path: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Reads the sources.
///
/// # Errors
///
/// See [`PartsError`].
pub fn read(guest: &Path) -> Result<Vec<Part>, PartsError> {
    let folder = guest.join("web");
    let mut parts = Vec::new();
    for path in scripts(&folder).map_err(|source| failure(&folder, source))? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        parts.push(Part {
            name: name.into_owned(),
            source: fs::read_to_string(&path).map_err(|source| failure(&path, source))?,
        });
    }
    for (package, file) in PACKAGES {
        let path = folder.join("node_modules").join(file);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => {
                return Err(PartsError::NotInstalled {
                    package,
                    path,
                    source,
                });
            }
        };
        parts.push(Part {
            name: package.to_owned(),
            source: format!(
                "() => {{ const Builtin = Object; {OBJECT} {text}; return exports; }} }}"
            ),
        });
    }
    Ok(parts)
}

fn scripts(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "js") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn failure(path: &Path, source: io::Error) -> PartsError {
    PartsError::Read {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
