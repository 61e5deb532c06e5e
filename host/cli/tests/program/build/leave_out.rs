//! What a file lacks, since its program does not name it.

use std::fs;

use tempfile::TempDir;

use crate::make::{Built, built, jsvm_build, refused};
use crate::run::command;

pub const ALL: [(&str, &str); 6] = [
    ("property 1,2,3", "toSorted"),
    ("getter false", "resizable"),
    ("text 2", "eval"),
    ("constructed 3", "eval"),
    ("pattern bb", "RegExp"),
    ("web https://a.example/b", "url"),
];

pub async fn lines(file: &Built) -> Vec<String> {
    let (success, stdout, stderr) = command(&file.file, &["app"]).await;
    assert!(success, "{stderr}");
    stdout.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn use_of_what_was_left_out_is_an_error_that_says_so() {
    let file = built("left-out.js", &["--json"]);
    let report: serde_json::Value = serde_json::from_str(&file.stdout).unwrap();
    let left_out: Vec<_> = report["leftOut"].as_array().unwrap().iter().collect();
    let lines = lines(&file).await;
    assert_eq!(lines.len(), ALL.len(), "{lines:?}");
    for (line, (expected, name)) in lines.iter().zip(ALL) {
        let (what, _) = expected.split_once(' ').unwrap();
        assert!(line.starts_with(&format!("{what} TypeError: ")), "{line}");
        assert!(line.contains(name), "{line}");
        assert!(line.contains("left out of this file"), "{line}");
        assert!(line.contains("--with"), "{line}");
        assert!(left_out.iter().any(|it| *it == name), "{left_out:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_included() {
    let expected: Vec<_> = ALL.iter().map(|(line, _)| *line).collect();
    let all = built("left-out.js", &["--with", "all"]);
    assert_eq!(lines(&all).await, expected);
    // Text may have any name.
    let eval = built("left-out.js", &["--with", "eval"]);
    assert_eq!(lines(&eval).await, expected);
    let names = ["toSorted", "resizable", "RegExp", "URL"];
    let some: Vec<_> = names.iter().flat_map(|name| ["--with", name]).collect();
    let some = built("left-out.js", &some);
    for (line, (expected, name)) in lines(&some).await.iter().zip(ALL) {
        assert_eq!(*line == expected, name != "eval", "{line}");
    }
    let [some, all] = [some, all].map(|file| fs::metadata(file.file).unwrap().len());
    assert!(some < all, "{some} bytes with some names, {all} with all");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_the_program_can_be_left_out() {
    let folder = TempDir::new().unwrap();
    let [program, file] = ["app.js", "app.wasm"].map(|name| folder.path().join(name));
    let source = "export default () => console.log([2, 1].toSorted().join(), eval('3'))";
    fs::write(&program, source).unwrap();
    let build = |args: &[&str]| {
        let output = jsvm_build(&program, &file, args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        String::from_utf8(output.stdout).unwrap()
    };
    build(&[]);
    let (_, stdout, stderr) = command(&file, &["app"]).await;
    assert_eq!(stdout, "1,2 3\n", "{stderr}");
    let printed = build(&["--without", "toSorted", "--verbose"]);
    let (_, left_out) = printed.split_once("Left out: ").unwrap();
    assert!(left_out.trim().split(", ").any(|name| name == "toSorted"));
    let (success, _, stderr) = command(&file, &["app"]).await;
    assert!(
        !success && stderr.contains("toSorted was left out of this file"),
        "{stderr}"
    );
}

/// What the engine left in memory is not taken for names of the program. It depends on the lengths of names where
/// that is.
#[test]
fn the_length_of_a_name_makes_no_difference() {
    let source = "export default { fetch() { return new Response('hello'); } };";
    for (length, host) in (1..24).flat_map(|length| [(length, "wasmtime"), (length, "spin")]) {
        let folder = TempDir::new().unwrap();
        let program = folder.path().join(format!("{}.mjs", "a".repeat(length)));
        fs::write(&program, source).unwrap();
        let args = ["--json", "--host", host];
        let output = jsvm_build(&program, &folder.path().join("app.wasm"), &args);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let left_out = report["leftOut"].as_array().unwrap();
        for part in ["eval", "import"] {
            assert!(
                left_out.iter().any(|name| name == part),
                "{length} {host}: {report}"
            );
        }
    }
}

#[test]
fn unknown_names_are_refused() {
    for option in ["--with", "--without"] {
        let error = refused("", &[option, "toSortid"]);
        assert!(
            error.contains("toSortid is not a function or part"),
            "{error}"
        );
    }
}
