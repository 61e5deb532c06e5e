//! Real paths of files that programs name.

use std::path::{Component, Path, PathBuf};

/// The maximum number of symbolic links in a path: that of Linux.
const MAX_LINKS: usize = 40;

/// Resolves a path through symbolic links and removes `.` and `..`. Parts that do not exist are
/// kept, and `..` removes them like any other part.
///
/// Each part is looked at when all parts before it are resolved. So the result has no link in it,
/// in whatever order links, missing parts and `..` come.
pub fn real(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut real = PathBuf::new();
    // The parts that are left, the next one last.
    let mut rest = Vec::new();
    push_parts(&mut rest, &full);
    let mut links = 0;
    while let Some(part) = rest.pop() {
        match Path::new(&part).components().next() {
            None | Some(Component::CurDir) => {}
            Some(Component::ParentDir) => drop(real.pop()),
            Some(Component::Normal(name)) => {
                real.push(name);
                match std::fs::read_link(&real) {
                    Ok(target) if links < MAX_LINKS && !is_magic(&real, &target) => {
                        links += 1;
                        real.pop();
                        push_parts(&mut rest, &target);
                    }
                    _ => {}
                }
            }
            // An absolute path, or link, begins anew.
            Some(_) => real.push(part),
        }
    }
    real
}

/// Whether a link leads to a file without a path, as those of `/proc/self/fd` may. It is kept, so that
/// opening the path fails since links are not followed.
fn is_magic(link: &Path, target: &Path) -> bool {
    let place = link.parent().unwrap_or(link).join(target);
    place.symlink_metadata().is_err() && link.exists()
}

/// Adds the parts of a path in reverse.
fn push_parts(rest: &mut Vec<PathBuf>, path: &Path) {
    let parts = path.components().rev();
    rest.extend(parts.map(|part| PathBuf::from(part.as_os_str())));
}

/// Returns the place that a path leads to, if the path is a link in a folder that `is_allowed`.
/// Links behind it are not followed.
pub fn link_target(path: &Path, is_allowed: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let folder = real(std::path::absolute(path).ok()?.parent()?);
    if !is_allowed(&folder) {
        return None;
    }
    let target = std::fs::read_link(folder.join(path.file_name()?)).ok()?;
    let mut plain = PathBuf::new();
    for part in folder.join(target).components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    Some(plain)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_resolved_wherever_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("in/deep")).unwrap();
        std::fs::create_dir(root.join("out")).unwrap();
        std::fs::write(root.join("in/ok.txt"), "").unwrap();
        symlink("../out/secret", root.join("in/l")).unwrap();
        symlink(root.join("out"), root.join("in/dir")).unwrap();
        symlink("ok.txt", root.join("in/inner")).unwrap();
        symlink("loop", root.join("in/loop")).unwrap();
        symlink("in", root.join("alias")).unwrap();
        let is = |path: &str, expected: &str| {
            assert_eq!(real(&root.join(path)), root.join(expected), "{path}");
        };
        for path in [
            "in/l",
            "in/missing/../l",
            "in/ok.txt/../l",
            "in/a/b/../../l",
            "in/./missing/.././l",
            "alias/l",
            "in/deep/../l",
            "in/dir/secret",
            "in/missing/../dir/secret",
            "in/ok.txt/../dir/./secret",
            "missing/../in/l",
            "in/dir/../in/l",
        ] {
            is(path, "out/secret");
        }
        is("in/inner", "in/ok.txt");
        is("in/missing/../inner", "in/ok.txt");
        is("in/dir/..", "");
        is("in/none/x/../y", "in/none/y");
        is("in/loop", "in/loop");
        is("in/loop/x", "in/loop/x");
    }

    #[test]
    fn only_the_next_place_of_a_link_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("in")).unwrap();
        symlink("../second", root.join("in/first")).unwrap();
        symlink("secret", root.join("second")).unwrap();
        let target =
            |path: &str| link_target(&root.join(path), |at| at.starts_with(root.join("in")));
        assert_eq!(target("in/first"), Some(root.join("second")));
        assert_eq!(target("second"), None);
        assert_eq!(target("in/none"), None);
    }
}
