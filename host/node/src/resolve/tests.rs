use std::fs;
use std::path::Path;

use jsvm::{Import, ImportKind, ModuleLoader};

use super::{MAX_PATH, MAX_REMEMBERED};
use crate::{NodeModules, ProgramError};

/// A folder with files, and a loader of its modules.
fn program(files: &[(&str, &str)]) -> (tempfile::TempDir, NodeModules) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let modules = NodeModules::new(folder.path()).unwrap();
    (folder, modules)
}

fn resolve(modules: &NodeModules, specifier: &str, kind: ImportKind) -> ProgramError {
    let importer = modules.root().join("main.ts");
    let import = Import::new(specifier, importer.to_str().unwrap(), kind);
    modules.resolve.resolve(&import, &importer).unwrap_err()
}

#[test]
fn long_specifiers_are_refused_before_they_are_resolved() {
    let (_folder, modules) = program(&[("main.js", "")]);
    for kind in [ImportKind::Import, ImportKind::Require] {
        for part in ["n/", "./", "../", "é/", "#a", "file:///a/"] {
            let error = resolve(&modules, &part.repeat(300_000), kind);
            assert!(
                matches!(error, ProgramError::SpecifierTooLong { .. }),
                "{error}"
            );
            assert!(error.to_string().len() < 400, "{error}");
        }
        let error = resolve(&modules, &"n/".repeat(MAX_PATH / 2), kind);
        assert!(matches!(error, ProgramError::NotFound { .. }), "{error}");
    }
}

#[test]
fn configuration_with_long_paths_is_refused() {
    let long = format!("./{}", "n/".repeat(30_000));
    for package in [
        format!("{{ \"main\": \"{long}\" }}"),
        format!("{{ \"exports\": \"{long}\" }}"),
        format!("{{ \"exports\": {{ \"import\": [\"{long}\"] }} }}"),
        format!(
            "{{ \"exports\": \"./a.js\", \"readme\": {} }}",
            "[".repeat(100_000)
        ),
    ] {
        let (folder, modules) = program(&[("node_modules/p/package.json", &package)]);
        let error = resolve(&modules, "p", ImportKind::Import);
        assert!(
            matches!(error, ProgramError::Configuration { .. }),
            "{error}"
        );
        let inner = folder.path().join("node_modules/p");
        let modules = NodeModules::new(&inner).unwrap();
        let error = modules.entry(&inner).unwrap_err();
        assert!(
            matches!(error, ProgramError::Configuration { .. }),
            "{error}"
        );
    }
    let imports = format!("{{ \"imports\": {{ \"#a\": \"{long}\" }} }}");
    let (_folder, modules) = program(&[("package.json", &imports)]);
    let error = resolve(&modules, "#a", ImportKind::Import);
    assert!(
        matches!(error, ProgramError::Configuration { .. }),
        "{error}"
    );
    for tsconfig in [
        format!("{{ \"extends\": \"{long}\" }}"),
        format!("{{ \"compilerOptions\": {{ \"baseUrl\": \"{long}\" }} }}"),
        format!("{{ \"compilerOptions\": {{ \"paths\": {{ \"p\": [\"{long}\"] }} }} }}"),
    ] {
        let (_folder, modules) = program(&[("tsconfig.json", &tsconfig)]);
        let error = resolve(&modules, "p", ImportKind::Import);
        assert!(
            matches!(error, ProgramError::Configuration { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_tsconfig_extends_nothing_outside_of_the_program() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(
        outside.path().join("secret.json"),
        "{ \"compilerOptions\": {} }",
    )
    .unwrap();
    for name in ["secret", "secret.json", "missing.json"] {
        let extends = outside.path().join(name);
        let tsconfig = format!("{{ \"extends\": {:?} }}", extends.to_str().unwrap());
        let (_folder, modules) = program(&[("tsconfig.json", &tsconfig), ("a.ts", "")]);
        let error = modules.module("a.ts").unwrap_err();
        let text = error.to_string();
        assert!(text.contains("outside the program's folder"), "{text}");
        assert!(text.contains(extends.to_str().unwrap()), "{text}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn missing_names_do_not_grow_the_process() {
    fn resident() -> usize {
        let statm = fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096
    }
    let (_folder, modules) = program(&[("main.js", "")]);
    let before = resident();
    for number in 0..300 {
        // Each of its 2,000 beginnings is a path that was never seen.
        let specifier = format!("./{number}/{}", "n/".repeat(2_000));
        resolve(&modules, &specifier, ImportKind::Import);
    }
    for number in 0..20_000 {
        resolve(&modules, &format!("p{number}"), ImportKind::Require);
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 4 * MAX_REMEMBERED, "{grown} bytes more");
}

#[test]
fn files_that_may_never_end_are_not_read() {
    let (_folder, modules) = program(&[("main.js", "")]);
    let path = Path::new("/dev/zero");
    assert!(modules.entry(path).is_err());
    let error = crate::bounds::read_file(path, MAX_PATH as u64);
    assert!(error.is_err() || !path.exists());
}

#[test]
fn loaders_refuse_long_specifiers_by_an_error_of_javascript() {
    let (_folder, modules) = program(&[("main.js", "")]);
    let specifier = "n/".repeat(300_000);
    let import = Import::new(&specifier, "main.js", ImportKind::Import);
    assert!(ModuleLoader::resolve(&modules, &import).is_err());
}
