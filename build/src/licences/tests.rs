use std::collections::BTreeSet;
use std::fs;

use super::{Entry, render, texts};

fn entry(name: &str, texts: &[&str]) -> Entry {
    Entry {
        name: name.to_owned(),
        licence: "MIT".to_owned(),
        texts: texts.iter().map(|text| (*text).to_owned()).collect(),
    }
}

#[test]
fn the_same_text_is_there_once() {
    let rendered = render(
        &[
            entry("one", &["text A"]),
            entry("two", &["text B", "text A"]),
            entry("three", &["text B"]),
        ],
        "The file contains",
    );
    assert!(rendered.contains("| one | MIT | 1 |\n| two | MIT | 1, 2 |\n| three | MIT | 2 |\n"));
    assert_eq!(rendered.matches("text A").count(), 1);
    assert!(rendered.contains("## 1\n\nFor: one; two\n\n````text\ntext A\n````\n"));
    assert!(rendered.contains("## 2\n\nFor: two; three\n\n````text\ntext B\n````\n"));
}

#[test]
fn files_with_licences_are_found_and_normalised() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("LICENSE-MIT", "\nline \r\nend\n\n"),
        ("license.md", "line\nend"),
        ("NOTICE", "notice"),
        ("README.md", "read me"),
        ("lib.rs", "code"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    fs::create_dir(folder.path().join("licenses")).unwrap();
    let expected = ["line\nend", "notice"].map(str::to_owned);
    assert_eq!(texts(folder.path()).unwrap(), BTreeSet::from(expected));
}
