//! Finds the WIT that a program's packages bring.
//!
//! An npm package names its worlds in the property `config.witDependencies` of `package.json`, a convention
//! of Spin's packages. Spin's `spin deps` writes the imports of a component to `spin-dependencies.wit`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jsvm_world::WorldPart;
use serde_json::Value;

use super::usage::Usage;

const MANIFEST: &str = "package.json";
const SPIN_FILE: &str = "spin-dependencies.wit";
/// The world in [`SPIN_FILE`].
const SPIN_WORLD: (&str, &str) = ("root:component", "root");

/// Returns the worlds of the project that a folder belongs to, and of the packages that it depends on.
///
/// # Errors
/// A manifest names a world in another form than the convention has, or it is no JSON.
pub fn wit_of_packages(folder: &Path) -> Result<Vec<WorldPart>, Usage> {
    let root = folder
        .ancestors()
        .find(|folder| folder.join(MANIFEST).is_file());
    let mut found = Found::default();
    if let Some(root) = root {
        found.add_package(root)?;
    }
    let root = root.unwrap_or(folder);
    let file = root.join(SPIN_FILE);
    if file.is_file() {
        let (package, world) = SPIN_WORLD;
        found.parts.push(WorldPart::new(file, package, world));
    }
    Ok(found.parts)
}

/// What was found so far.
#[derive(Default)]
struct Found {
    parts: Vec<WorldPart>,
    /// The real folders of packages that were read.
    seen: BTreeSet<PathBuf>,
}

impl Found {
    /// Adds the worlds of a package and of its dependencies.
    fn add_package(&mut self, folder: &Path) -> Result<(), Usage> {
        let mut waiting = vec![folder.to_owned()];
        while let Some(folder) = waiting.pop() {
            let real = folder.canonicalize().unwrap_or(folder);
            let path = real.join(MANIFEST);
            if self.seen.contains(&real) {
                continue;
            }
            // The program's import of a package that is not installed fails by itself.
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            let manifest: Value = serde_json::from_str(&text)
                .map_err(|error| Usage(format!("{}: {error}", path.display())))?;
            self.add_worlds(&real, &path, &manifest)?;
            if let Some(dependencies) = manifest["dependencies"].as_object() {
                // In the order of the manifest, though the last is taken first.
                let names = dependencies.keys().rev();
                waiting.extend(names.filter_map(|name| installed(&real, name)));
            }
            self.seen.insert(real);
        }
        Ok(())
    }

    fn add_worlds(
        &mut self,
        folder: &Path,
        manifest_path: &Path,
        manifest: &Value,
    ) -> Result<(), Usage> {
        let wrong = |what: &str| {
            Usage(format!(
                "{}: config.witDependencies {what}. It is a list such as [{{ \"witPath\": \"./wit\", \
                 \"package\": \"acme:store@1.0.0\", \"world\": \"imports\" }}]",
                manifest_path.display()
            ))
        };
        let worlds = match &manifest["config"]["witDependencies"] {
            Value::Null => return Ok(()),
            Value::Array(worlds) => worlds,
            _ => return Err(wrong("is no list")),
        };
        for world in worlds {
            let text = |name: &str| match world[name].as_str() {
                Some(text) => Ok(text),
                None => Err(wrong(&format!("has no string {name:?}"))),
            };
            let path = folder.join(text("witPath")?);
            let part = WorldPart::new(path, text("package")?, text("world")?);
            if !self.parts.contains(&part) {
                self.parts.push(part);
            }
        }
        Ok(())
    }
}

/// The folder of a package that another one depends on, as Node.js finds it.
fn installed(from: &Path, name: &str) -> Option<PathBuf> {
    let mut folders = from.ancestors();
    folders.find_map(|folder| {
        let package = folder.join("node_modules").join(name);
        package.join(MANIFEST).is_file().then_some(package)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn worlds_of_dependencies_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let world = |path: &str| {
            format!(
                r#""config":{{"witDependencies":[{{"witPath":"{path}","package":"a:b","world":"w"}}]}}"#
            )
        };
        write(
            &folder,
            MANIFEST,
            r#"{"dependencies":{"one":"1","gone":"1"}}"#,
        );
        let one = format!(
            r#"{{"dependencies":{{"two":"1","one":"1"}},{}}}"#,
            world("./wit")
        );
        write(&folder, "node_modules/one/package.json", &one);
        let two = format!("{{{}}}", world("two.wit"));
        write(
            &folder,
            "node_modules/one/node_modules/two/package.json",
            &two,
        );
        write(&folder, "node_modules/other/package.json", &two);
        write(&folder, SPIN_FILE, "");
        write(&folder, "src/app.ts", "");
        let found = wit_of_packages(&folder.join("src")).unwrap();
        let paths: Vec<_> = found
            .iter()
            .map(|part| part.path.strip_prefix(&folder).unwrap().to_str().unwrap())
            .collect();
        assert_eq!(
            paths,
            [
                "node_modules/one/./wit",
                "node_modules/one/node_modules/two/two.wit",
                SPIN_FILE,
            ]
        );
    }

    #[test]
    fn other_forms_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (config, message) in [
            (r#"{"witDependencies":{}}"#, "is no list"),
            (
                r#"{"witDependencies":[{"witPath":"."}]}"#,
                "has no string \"package\"",
            ),
        ] {
            write(
                folder.path(),
                MANIFEST,
                &format!(r#"{{"config":{config}}}"#),
            );
            let error = wit_of_packages(folder.path()).unwrap_err();
            assert!(error.0.contains(message), "{}", error.0);
        }
        write(folder.path(), MANIFEST, "{");
        assert!(wit_of_packages(folder.path()).is_err());
        write(folder.path(), MANIFEST, r#"{"config":{"port":1}}"#);
        assert_eq!(wit_of_packages(folder.path()).unwrap(), []);
    }
}
