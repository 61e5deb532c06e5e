//! Projects of `jsvm new`: TypeScript takes them, their tests run, and they can be built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}

fn jsvm(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[track_caller]
fn succeeds(output: &Output) {
    let errors = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{errors}");
}

/// Checks the types of a project, as `npm run check` does.
#[track_caller]
fn check_types(project: &Path) -> Output {
    let compiler = tests().join("packages/node_modules/typescript/bin/tsc");
    assert!(
        compiler.is_file(),
        "TypeScript is not installed: run ./setup.sh packages"
    );
    Command::new("node")
        .arg(compiler)
        .args(["--pretty", "false"])
        .current_dir(project)
        .output()
        .unwrap()
}

/// Makes a project.
#[track_caller]
fn project(args: &[&str]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    succeeds(&jsvm(folder.path(), &[&["new", "app"], args].concat()));
    let project = folder.path().join("app");
    (folder, project)
}

#[test]
fn servers_and_commands_are_tested_and_built() {
    for template in ["http", "command"] {
        let (_folder, project) = project(&["--template", template]);
        succeeds(&check_types(&project));
        succeeds(&jsvm(&project, &["run", "test/app.test.ts"]));
        let build = ["build", "src/app.ts", "-o", "app.wasm"];
        succeeds(&jsvm(&project, &build));
    }
}

#[test]
fn templates_for_worlds_are_tested_and_built() {
    for template in ["plugin", "world"] {
        let (_folder, project) = project(&["--template", template]);
        succeeds(&check_types(&project));
        let test = ["run", "--wit", "wit", "test/app.test.ts"];
        succeeds(&jsvm(&project, &test));
        let build = ["build", "src/app.ts", "--wit", "wit", "-o", "app.wasm"];
        succeeds(&jsvm(&project, &build));
        // The declarations are those that the README's command makes.
        let declarations = fs::read_to_string(project.join("src/world.d.ts")).unwrap();
        let types = jsvm(&project, &["types", "--wit", "wit", "--guest"]);
        assert_eq!(String::from_utf8(types.stdout).unwrap(), declarations);
    }
}

#[test]
fn typescript_takes_the_programs_for_all_worlds() {
    for world in fs::read_dir(tests().join("cases/declare")).unwrap() {
        let world = world.unwrap().path();
        if world
            .extension()
            .is_none_or(|extension| extension != "world")
        {
            continue;
        }
        let name = fs::read_to_string(&world).unwrap();
        let wit = world.with_extension("");
        let wit = wit.to_str().unwrap();
        let args = ["--wit", wit, "--world", name.trim()];
        let (_folder, project) = project(&args);
        succeeds(&check_types(&project));
        let args = [
            "run",
            "--wit",
            "wit",
            "--world",
            name.trim(),
            "test/app.test.ts",
        ];
        succeeds(&jsvm(&project, &args));
    }
}

#[test]
fn typescript_refuses_a_program_that_does_not_fit() {
    let (_folder, project) = project(&["--template", "world"]);
    let program = project.join("src/app.ts");
    let text = fs::read_to_string(&program).unwrap();
    fs::write(
        &program,
        text.replace("greet(name: string)", "greet(name: number)"),
    )
    .unwrap();
    let checked = check_types(&project);
    assert!(!checked.status.success());
    let errors = String::from_utf8(checked.stdout).unwrap();
    assert!(
        errors.starts_with("src/app.ts(") || errors.contains("src/world.check.ts("),
        "{errors}"
    );
}
