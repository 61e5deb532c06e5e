//! Replaces the rules of the running program.
#![allow(missing_docs)]

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// The program `jsvm`, which is built with the tests of the workspace.
fn jsvm() -> PathBuf {
    env::var_os("JSVM").map_or_else(
        || {
            Path::new(env!("CARGO_BIN_EXE_rules"))
                .with_file_name(format!("jsvm{}", env::consts::EXE_SUFFIX))
        },
        PathBuf::from,
    )
}

/// The running host, and the file whose rules it follows.
struct Shop {
    folder: TempDir,
    child: Child,
    answers: BufReader<ChildStdout>,
}

/// Builds rules of the example.
fn build(name: &str, output: &Path) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = Command::new(jsvm())
        .arg("build")
        .arg(example.join("rules").join(name).with_extension("ts"))
        .arg("--wit")
        .arg(example.join("wit"))
        .arg("-o")
        .arg(output)
        .output()
        .expect("build the program with `cargo build --workspace --bin jsvm`, or name it by JSVM");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
}

impl Shop {
    fn open(rules: &str) -> Shop {
        let folder = TempDir::new().unwrap();
        build(rules, &folder.path().join("rules.wasm"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_rules"))
            .arg(folder.path().join("rules.wasm"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Shop {
            folder,
            child,
            answers,
        }
    }

    fn order(&mut self, order: &str) -> String {
        writeln!(self.child.stdin.as_ref().unwrap(), "{order}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Replaces the file at once, as deployments do.
    fn deploy(&self, rules: &str) {
        let next = self.folder.path().join("next.wasm");
        build(rules, &next);
        fs::rename(next, self.folder.path().join("rules.wasm")).unwrap();
    }

    /// Ends the host. Returns what it wrote to standard error.
    fn close(mut self) -> String {
        drop(self.child.stdin.take());
        let mut messages = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut messages)
            .unwrap();
        assert!(self.child.wait().unwrap().success(), "{messages}");
        messages
    }
}

#[test]
fn new_rules_continue_from_the_state_of_the_earlier_ones() {
    let mut shop = Shop::open("first");
    assert_eq!(shop.order("Ada 1200"), "accept");
    assert_eq!(shop.order("Ada 800"), "accept");
    assert_eq!(shop.order("Ada 500"), "discount of 10 %");
    assert_eq!(shop.order("Ada 0"), "refuse: the order is empty");
    shop.deploy("second");
    assert_eq!(shop.order("Ada 900"), "discount of 20 %");
    assert_eq!(shop.order("Bob 900"), "accept");
    assert_eq!(shop.order("Bob 100001"), "refuse: no order is above 1,000");
    // The same rules again, with the state in its newer form.
    shop.deploy("second");
    assert_eq!(shop.order("Ada 900"), "discount of 20 %");
    assert_eq!(shop.order("Bob 900"), "accept");
    assert_eq!(shop.close(), "rules: swapped\n".repeat(2));
}

#[test]
fn rules_that_cannot_take_over_are_refused() {
    let mut shop = Shop::open("first");
    assert_eq!(shop.order("Ada 1200"), "accept");
    assert_eq!(shop.order("Ada 1200"), "accept");
    shop.deploy("forgetful");
    assert_eq!(shop.order("Ada 1200"), "discount of 10 %");
    fs::write(shop.folder.path().join("rules.wasm"), "no component").unwrap();
    assert_eq!(shop.order("Ada 1200"), "accept");
    let messages = shop.close();
    assert!(
        messages.contains("not swapped: the rules failed in `load`"),
        "{messages}"
    );
    assert!(
        messages.contains("not swapped: cannot load the rules"),
        "{messages}"
    );
    assert!(!messages.contains("rules: swapped"), "{messages}");
}

#[test]
fn rules_that_do_not_end_cost_one_order() {
    let mut shop = Shop::open("endless");
    assert_eq!(shop.order("Ada 50"), "accept");
    assert_eq!(shop.order("Ada 5000"), "undecided");
    assert_eq!(shop.order("Ada 50"), "accept");
    let messages = shop.close();
    assert!(
        messages.contains("the rules failed in `decide`"),
        "{messages}"
    );
    assert!(messages.contains("all fuel consumed"), "{messages}");
}

#[test]
fn lines_that_are_no_orders_are_answered() {
    let mut shop = Shop::open("first");
    for line in ["", "Ada", "Ada -1", "Ada 4294967296", "Ada many"] {
        assert_eq!(shop.order(line), "not an order: write CUSTOMER CENTS");
    }
    assert_eq!(shop.order("Ada Lovelace 7"), "accept");
    shop.close();
}
