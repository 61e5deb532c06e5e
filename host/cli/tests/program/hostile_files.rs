//! Files and specifiers that are made to break the parser or the resolver: the program survives them
//! and says what is wrong.

use std::fs;
use std::process::{Command, Output};

/// Runs a program of one file, or more.
fn run(files: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_jsvm"));
    command
        .args(["run", "--memory", "64MiB", "--timeout", "60s", files[0].0])
        .current_dir(folder.path());
    command.output().unwrap()
}

/// Asserts that a program of one file ends with an exit code and one of some messages.
fn assert_fails(name: &str, text: &str, code: i32, messages: &[&str]) {
    let output = run(&[(name, text)]);
    let text = String::from_utf8_lossy(&output.stderr);
    let shown = &text[..text.floor_char_boundary(2_000)];
    assert_eq!(output.status.code(), Some(code), "{shown}");
    let is_one = messages.iter().any(|message| text.contains(message));
    assert!(is_one, "{messages:?}: {shown}");
}

#[test]
fn deep_files_are_errors() {
    // The file may be too deep or no TypeScript, whichever the parser notices first.
    let messages = [
        "SyntaxError: nested too deeply",
        "SyntaxError: Unexpected token",
    ];
    for pattern in ["(/*);*/", "';'?1:", "[/];/,", "`;${/*}*/", "{a:/*};*/"] {
        for name in ["main.ts", "main.jsx"] {
            assert_fails(name, &pattern.repeat(90_000), 1, &messages);
        }
        // The VM reports what it thinks of JavaScript.
        for name in ["main.js", "main.cjs"] {
            assert_fails(name, &pattern.repeat(90_000), 1, &["Error"]);
        }
    }
    let deep = format!("{}1{}", "(/*);*/".repeat(90_000), ")".repeat(90_000));
    assert_fails("main.ts", &deep, 1, &messages[..1]);
}

#[test]
fn exponential_types_are_an_error() {
    let source = format!(
        "type T={}B{};",
        "(infer U extends ".repeat(24),
        "?1:2)".repeat(24)
    );
    let messages = ["256 MiB of memory", "2 s of CPU time"];
    assert_fails("main.ts", &source, 2, &messages);
}

#[test]
fn long_specifiers_are_errors_that_scripts_can_catch() {
    let source = "
        for (const part of ['n/', './', '../'])
            await import(part.repeat(300_000)).catch(error => console.log(error.code));
        try { import.meta.resolve('n/'.repeat(300_000)) } catch (error) { console.log(error.code) }
        await import('./main.cjs').catch(error => console.log(error.code));
    ";
    let common_js = "
        try { require('n/'.repeat(50_000)) } catch (error) { console.log(error.code) }
        require('./' + 'n/'.repeat(50_000));
    ";
    let output = run(&[("main.mjs", source), ("main.cjs", common_js)]);
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed, "ERR_INVALID_MODULE_SPECIFIER\n".repeat(6));
}

#[test]
fn a_long_main_is_an_error() {
    let package = format!("{{ \"main\": \"{}\" }}", "n/".repeat(30_000));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("package.json"), package).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_jsvm"));
    let output = command.arg("run").arg(folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("it has a path longer than 4096 bytes"),
        "{text}"
    );
}
