//! Starts the program on folders of plugins.
#![allow(missing_docs)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use jsvm_build::compile;
use jsvm_build::component::componentize;
use jsvm_build::toolchain::{TARGET, Toolchain};
use tempfile::TempDir;

fn example() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, while it runs.
struct Pipeline {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Pipeline {
    fn start(folder: &Path, options: &[&str]) -> Pipeline {
        let mut child = Command::new(env!("CARGO_BIN_EXE_plugins"))
            .arg(folder)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Pipeline {
            stdin: child.stdin.take(),
            stdout: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// What becomes of a document that some plugin lets pass.
    fn pass(&mut self, text: &str) -> String {
        writeln!(self.stdin.as_ref().unwrap(), "{text}").unwrap();
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Ends it. Returns what it has told.
    fn end(mut self) -> String {
        drop(self.stdin.take());
        let mut told = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut told)
            .unwrap();
        assert!(self.child.wait().unwrap().success(), "{told}");
        told
    }
}

/// Writes a plugin that has not the time of any before it.
fn write(path: &Path, source: impl AsRef<[u8]>) {
    fs::write(path, source).unwrap();
    static SECONDS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let seconds = SECONDS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let file = fs::File::options().write(true).open(path).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds);
    file.set_modified(time).unwrap();
}

#[test]
fn documents_pass_through_all_plugins() {
    let mut pipeline = Pipeline::start(&example().join("plugins"), &["--time", "5000"]);
    assert_eq!(pipeline.pass("  two   words "), "two words");
    // The first is stopped, so that the answer is that to the second.
    assert_eq!(pipeline.pass("   \nlook out!"), "LOOK OUT! [loud]");
    assert_eq!(
        pipeline.pass("see https://example.com/a/b?c and http://example.org!"),
        "see <example.com> and <example.org> [link]"
    );
    let told = pipeline.end();
    for line in [
        "10-trim.js: loaded\n",
        "20-links.ts: loaded\n",
        "30-shout.mjs: loaded\n",
        "20-links.ts: links to example.com, example.org\n",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn each_hostile_plugin_fails_alone() {
    let mut pipeline = Pipeline::start(&example().join("hostile"), &[]);
    assert_eq!(pipeline.pass("first"), "first, still here");
    let start = Instant::now();
    assert_eq!(pipeline.pass("second"), "second, still here");
    // Those that took all of their time are not asked again.
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    let told = pipeline.end();
    let lines = |plugin: &str| -> Vec<String> {
        let prefix = format!("{plugin}: ");
        let lines = told.lines().filter_map(|line| line.strip_prefix(&prefix));
        lines.map(str::to_owned).collect()
    };
    let aside = "; it is put aside until its file changes";
    let expect = |plugin: &str, expected: &[&str]| {
        let lines = lines(plugin);
        assert_eq!(lines.len(), expected.len(), "{plugin}\n{told}");
        for (line, expected) in lines.iter().zip(expected) {
            assert!(line.contains(expected), "{plugin}: {expected}\n{told}");
        }
    };
    let time = format!("the time limit was reached{aside}");
    expect("10-loops.js", &["loaded", &time]);
    expect("15-loops-when-loaded.js", &[&time]);
    expect(
        "20-hoards.js",
        &["loaded", &format!("the memory limit was reached{aside}")],
    );
    expect(
        "30-throws.js",
        &[
            "loaded",
            "TypeError: no first today",
            "TypeError: no second today",
        ],
    );
    expect(
        "35-throws-nothing.js",
        &["loaded", "undefined", "undefined"],
    );
    let wrong = "its result is no document: ";
    expect("40-returns-wrong-types.ts", &["loaded", wrong, wrong]);
    expect(
        "45-returns-a-trap.js",
        &["loaded", "it is a trap", "it is a trap"],
    );
    expect(
        "50-never-settles.js",
        &["loaded", "never settles", "never settles"],
    );
    let deadline = format!("the deadline was reached{aside}");
    expect("55-always-waits.js", &["loaded", &deadline]);
    expect("60-recurses.js", &["loaded", "RangeError", "RangeError"]);
    expect("70-does-not-parse.ts", &[aside]);
    expect(
        "75-exports-nothing.js",
        &[&format!("it exports no function transform{aside}")],
    );
    expect(
        "80-rejects-later.js",
        &["loaded", "nobody waits", "nobody waits"],
    );
    expect("90-good.js", &["loaded"]);
}

#[test]
fn plugins_are_loaded_again_when_they_change() {
    let folder = TempDir::new().unwrap();
    let plugin = |name: &str| folder.path().join(name);
    let append = |what: &str| {
        format!(
            "let n = 0; export const transform = (d) => ({{ ...d, text: d.text + '{what}' + ++n }})"
        )
    };
    write(&plugin("a.js"), append("a"));
    let mut pipeline = Pipeline::start(folder.path(), &["--time", "5000"]);
    assert_eq!(pipeline.pass("1 "), "1 a1");
    assert_eq!(pipeline.pass("2 "), "2 a2");
    // Another, before it by its name.
    write(&plugin("0.ts"), append("0"));
    assert_eq!(pipeline.pass("3 "), "3 01a3");
    // A change; the state of what has not changed stays.
    write(&plugin("a.js"), append("b"));
    assert_eq!(pipeline.pass("4 "), "4 02b1");
    // One that cannot be loaded, until it is mended.
    write(&plugin("a.js"), "export const transform = (");
    assert_eq!(pipeline.pass("5 "), "5 03");
    write(&plugin("a.js"), append("c"));
    assert_eq!(pipeline.pass("6 "), "6 04c1");
    fs::remove_file(plugin("0.ts")).unwrap();
    assert_eq!(pipeline.pass("7 "), "7 c2");
    let told = pipeline.end();
    assert!(told.contains("a.js: loaded again\n"), "{told}");
    assert!(told.contains("SyntaxError"), "{told}");
    assert!(told.contains("0.ts: is gone\n"), "{told}");
}

/// The plugin in Rust as a component.
fn words() -> Vec<u8> {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("words");
    let toolchain = Toolchain::find().unwrap();
    compile::compile_components(&toolchain, &example().join("words-rust"), &out).unwrap();
    let core: PathBuf = [&out, Path::new(TARGET), Path::new("release/words.wasm")]
        .iter()
        .collect();
    componentize(&fs::read(core).unwrap()).unwrap()
}

#[test]
fn plugins_in_webassembly_fail_alone_as_well() {
    let folder = TempDir::new().unwrap();
    let component = folder.path().join("10-words.wasm");
    let words = words();
    write(&component, &words);
    write(
        &folder.path().join("20-quote.js"),
        "export const transform = ({ text, tags }) => ({ text: `'${text}'`, tags })",
    );
    let mut pipeline = Pipeline::start(folder.path(), &["--time", "1000"]);
    assert_eq!(pipeline.pass("Zoë has three"), "'Zoë has three' [3 words]");
    for text in [
        "error: on purpose",
        "trap: it has to end",
        "recurse: too deep",
    ] {
        assert_eq!(pipeline.pass(text), format!("'{text}'"));
    }
    // A new instance serves after a trap.
    assert_eq!(pipeline.pass("more"), "'more' [1 words]");
    assert_eq!(pipeline.pass("hoard: all"), "'hoard: all'");
    assert_eq!(pipeline.pass("loop: for ever"), "'loop: for ever'");
    // Now it is put aside, until there is another one.
    assert_eq!(pipeline.pass("nobody counts"), "'nobody counts'");
    write(&component, &words);
    assert_eq!(pipeline.pass("again"), "'again' [1 words]");
    write(&component, b"\0asm\x01\0\0\0");
    assert_eq!(pipeline.pass("no component"), "'no component'");
    let told = pipeline.end();
    assert!(told.contains("10-words.wasm: on purpose\n"), "{told}");
    let aside = "10-words.wasm: the time limit was reached; it is put aside";
    assert!(told.contains(aside), "{told}");
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_plugins"))
        .arg("no-such-folder")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("cannot read no-such-folder"), "{told}");
}
