use std::fs;
use std::path::PathBuf;

use super::{PACKAGES, PartsError, read};

/// A folder of its own for each test.
fn guest(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("jsvm-parts-{name}-{}", std::process::id()));
    fs::create_dir_all(folder.join("web")).unwrap();
    folder
}

#[test]
fn scripts_come_in_order_and_packages_last() {
    let guest = guest("order");
    for name in ["b.js", "a.js", "package.json"] {
        fs::write(guest.join("web").join(name), name).unwrap();
    }
    for (_, file) in PACKAGES {
        let path = guest.join("web/node_modules").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "exports.x = 1;").unwrap();
    }
    let parts = read(&guest).unwrap();
    let names: Vec<_> = parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "web-streams-polyfill"]);
    assert_eq!(parts[0].source, "a.js");
    assert!(parts[2].source.contains("exports.x = 1;"));
    fs::remove_dir_all(guest).unwrap();
}

#[test]
fn a_missing_package_is_told_with_the_remedy() {
    let guest = guest("missing");
    let error = read(&guest).unwrap_err();
    assert!(matches!(error, PartsError::NotInstalled { .. }), "{error}");
    assert!(error.to_string().contains("./setup.sh guest"), "{error}");
    fs::remove_dir_all(guest).unwrap();
}
