//! Finds the root folder of a program.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::bounds::{self, MAX_CONFIGURATION};

/// Entries that mark the root folder of a program, beside a `package.json`.
const MARKS: [&str; 2] = ["node_modules", ".git"];

/// What a `package.json` says that only sets the kind of the files below, as in `dist/cjs`.
const OF_FILES: [&str; 2] = ["type", "sideEffects"];

/// Finds the nearest folder with one of the marks, or its workspace. Without one, returns the
/// folder itself.
///
/// The home folder and those above it are not the root of a program in another folder. Marks there
/// are often no project's: a `.git` for settings, or a package that was installed by mistake. The
/// program could import every JSON file of the user.
pub fn find(folder: &Path) -> PathBuf {
    let home = std::env::home_dir().and_then(|home| home.canonicalize().ok());
    find_below(folder, home.as_deref())
}

fn find_below(folder: &Path, home: Option<&Path>) -> PathBuf {
    let is_home = |above: &Path| home.is_some_and(|home| home.starts_with(above));
    let marked =
        |folder: &&Path| is_package(folder) || MARKS.iter().any(|mark| folder.join(mark).exists());
    let candidates = || {
        let above = folder.ancestors();
        above.take_while(|above| *above == folder || !is_home(above))
    };
    // A `package.json` that only sets the kind of files is better than none.
    let of_files = |folder: &&Path| folder.join("package.json").exists();
    let found = candidates()
        .find(marked)
        .or_else(|| candidates().find(of_files));
    let Some(nearest) = found else {
        return folder.to_owned();
    };
    // In a workspace, dependencies are installed above the packages, which import each other.
    let mut above = nearest
        .ancestors()
        .skip(1)
        .take_while(|above| !is_home(above));
    let workspace = above.find(|above| {
        // A folder in a `node_modules` is an installed package, not a package of a workspace.
        is_workspace(above) && !nearest.strip_prefix(above).is_ok_and(is_installed)
    });
    workspace.unwrap_or(nearest).to_owned()
}

/// Whether a folder has the `package.json` of a package. One that only sets the kind of files is not.
fn is_package(folder: &Path) -> bool {
    match read(folder) {
        Ok(Json::Object(package)) => {
            !package.contains_key("type")
                || package.keys().any(|key| !OF_FILES.contains(&key.as_str()))
        }
        // A wrong one is reported when a file is loaded.
        Ok(_) => true,
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

/// Reads the `package.json` of a folder.
fn read(folder: &Path) -> std::io::Result<Json> {
    let text = bounds::read_file(&folder.join("package.json"), MAX_CONFIGURATION)?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    Ok(serde_json::from_slice(text)?)
}

fn is_workspace(folder: &Path) -> bool {
    if folder.join("pnpm-workspace.yaml").is_file() {
        return true;
    }
    read(folder).is_ok_and(|package| package.get("workspaces").is_some())
}

fn is_installed(below: &Path) -> bool {
    below.iter().any(|part| part == "node_modules")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_json_with_only_a_type_is_no_root() {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path().join("dist/cjs");
        std::fs::create_dir_all(&dist).unwrap();
        let root = || find_below(&dist, None);
        // It is one if there is no other, below a home folder.
        let typed = r#"{ "type": "module" }"#;
        std::fs::write(folder.path().join("dist/package.json"), typed).unwrap();
        let above = folder.path().parent();
        assert_eq!(find_below(&dist, above), folder.path().join("dist"));
        std::fs::write(folder.path().join("package.json"), "{}").unwrap();
        for text in [
            r#"{ "type": "commonjs" }"#,
            r#"{ "type": "module", "sideEffects": false }"#,
        ] {
            std::fs::write(dist.join("package.json"), text).unwrap();
            assert_eq!(root(), folder.path(), "{text}");
        }
        for text in [r#"{ "type": "commonjs", "private": true }"#, "{}", "{"] {
            std::fs::write(dist.join("package.json"), text).unwrap();
            assert_eq!(root(), dist, "{text}");
        }
    }

    #[test]
    fn the_home_folder_is_the_root_of_its_own_programs_only() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("users/me");
        std::fs::create_dir_all(home.join("downloads")).unwrap();
        std::fs::create_dir_all(home.join("project/src")).unwrap();
        std::fs::create_dir(home.join(".git")).unwrap();
        std::fs::create_dir(home.join("project/.git")).unwrap();
        std::fs::write(
            home.join("package.json"),
            r#"{ "workspaces": ["project"] }"#,
        )
        .unwrap();
        std::fs::create_dir(folder.path().join("node_modules")).unwrap();
        let root = |of: &str| find_below(&home.join(of), Some(&home));
        assert_eq!(root("downloads"), home.join("downloads"));
        assert_eq!(root("project/src"), home.join("project"));
        assert_eq!(find_below(&home, Some(&home)), home);
        assert_eq!(find_below(&home.join("downloads"), None), home);
    }
}
