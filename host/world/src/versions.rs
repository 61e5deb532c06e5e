//! Compatible versions of imported interfaces.

use semver::Version;

use crate::WorldSource;
use crate::describe::module_names;
use crate::names::without_version;

/// The names of the interfaces that a world imports, with their versions.
///
/// A package of npm may name another version of an interface than the world does. Hosts take versions
/// that are compatible for each other, so modules do, too: the module of `wasi:http/types@0.2.12` is that of
/// `wasi:http/types@0.2.6` in a world that has this version. An import of a name that this version lacks
/// fails as any import of a missing name does.
#[derive(Clone, Debug, Default)]
pub struct InterfaceVersions {
    names: Vec<String>,
}

impl WorldSource {
    /// Returns the names of the interfaces that the world imports, with their versions.
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("jsvm-versions-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("world.wit");
    /// let wit = "package acme:store@1.2.0; interface kv { get: func(); } world w { import kv; }";
    /// std::fs::write(&path, wit)?;
    /// let versions = jsvm_world::WorldSource::read(&path, None)?.interface_versions();
    /// assert_eq!(versions.compatible("acme:store/kv@1.4.0"), Some("acme:store/kv@1.2.0"));
    /// assert_eq!(versions.compatible("acme:store/kv@2.0.0"), None);
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn interface_versions(&self) -> InterfaceVersions {
        let modules = module_names(&self.resolve, self.world);
        let names = modules.filter_map(|(names, _)| names.into_iter().next());
        InterfaceVersions {
            names: names.filter(|name| name.contains('@')).collect(),
        }
    }
}

impl InterfaceVersions {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns the full name of the interface that a specifier means, if the world has it in a version that is
    /// compatible: the version itself, or else the newest one.
    pub fn compatible(&self, specifier: &str) -> Option<&str> {
        let (wanted, version) = versioned(specifier)?;
        let same = self.names.iter().filter(|name| {
            let known = versioned(name);
            known.is_some_and(|(name, known)| name == wanted && are_compatible(&known, &version))
        });
        let best = same.max_by_key(|name| (*name == specifier, versioned(name).map(|it| it.1)));
        best.map(|name| &**name)
    }
}

fn versioned(name: &str) -> Option<(&str, Version)> {
    let version = name.split_once('@')?.1;
    Some((without_version(name), Version::parse(version).ok()?))
}

/// Whether hosts take two versions for each other, as wasmtime does: both have the same first part that is
/// not zero. Drafts are compatible with themselves alone.
fn are_compatible(a: &Version, b: &Version) -> bool {
    if a == b {
        return true;
    }
    if !a.pre.is_empty() || !b.pre.is_empty() || a.major != b.major {
        return false;
    }
    a.major > 0 || a.minor == b.minor && a.minor > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compatible_versions_are_found() {
        let names = [
            "wasi:http/types@0.2.3",
            "wasi:http/types@0.2.6",
            "wasi:http/types@0.3.0",
            "wasi:keyvalue/store@0.2.0-draft",
            "acme:a/b@0.0.1",
            "acme:a/c@1.0.0",
        ];
        let versions = InterfaceVersions {
            names: names.map(str::to_owned).to_vec(),
        };
        for (specifier, found) in [
            ("wasi:http/types@0.2.3", Some("wasi:http/types@0.2.3")),
            ("wasi:http/types@0.2.12", Some("wasi:http/types@0.2.6")),
            ("wasi:http/types@0.2.0", Some("wasi:http/types@0.2.6")),
            ("wasi:http/types@0.3.1", Some("wasi:http/types@0.3.0")),
            ("wasi:http/types@0.4.0", None),
            ("wasi:http/types@0.3.0-rc-2026-01-01", None),
            ("wasi:http/types", None),
            ("wasi:http/handler@0.2.6", None),
            ("wasi:keyvalue/store@0.2.0-draft2", None),
            ("wasi:keyvalue/store@0.2.0", None),
            ("acme:a/b@0.0.2", None),
            ("acme:a/c@1.9.0", Some("acme:a/c@1.0.0")),
            ("acme:a/c@x", None),
        ] {
            assert_eq!(versions.compatible(specifier), found, "{specifier}");
        }
    }
}
