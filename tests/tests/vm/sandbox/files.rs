//! Files in the memory of a session.

use jsvm_sandbox::FileChangeKind::{Created, Modified, Removed};
use jsvm_sandbox::Outcome;
use serde_json::json;

use super::{run, sandbox, session, value};

fn changes(outcome: &Outcome) -> Vec<(&str, jsvm_sandbox::FileChangeKind, u64)> {
    let files = outcome.files.iter();
    files
        .map(|file| (&*file.path, file.kind, file.size))
        .collect()
}

#[test]
fn cells_read_and_write_files() {
    let (mut session, _) = session();
    session
        .files()
        .unwrap()
        .write("in/data.bin", [0, 255, 1])
        .unwrap();
    session.files().unwrap().write("in/text", "héllo").unwrap();
    session.files().unwrap().accept().unwrap();
    let code = "files.write('out/a.txt', files.read('in/text').toUpperCase());
        files.append('/out//./a.txt', '!');
        files.write('out/b', files.readBytes('in/data.bin').map((x) => x + 1));
        files.remove('in/text');
        files.write('gone', 'x'); files.remove('gone');
        files.write('in/data.bin', new Uint8Array([0, 255, 1]).buffer);
        [files.list(), files.exists('in/text'), files.readBytes('out/a.txt').length]";
    let outcome = run(&mut session, code);
    let expected = json!([["in/data.bin", "out/a.txt", "out/b"], false, 7]);
    assert_eq!(outcome.value().unwrap().json, Some(expected));
    let expected = [
        ("in/text", Removed, 0),
        ("out/a.txt", Created, 6),
        ("out/b", Created, 3),
    ];
    assert_eq!(changes(&outcome), expected);
    let outcome = run(&mut session, "files.write('out/b', 'bb')");
    assert_eq!(changes(&outcome), [("out/b", Modified, 2)]);

    let files = session.files().unwrap();
    assert_eq!(
        files.read("out/a.txt").unwrap().as_deref(),
        Some("HÉLLO!".as_bytes())
    );
    assert_eq!(files.read("in/data.bin").unwrap(), Some(vec![0, 255, 1]));
    assert_eq!(files.read("in/text").unwrap(), None);
    assert_eq!(files.changes().unwrap().len(), 3);
    assert_eq!(files.list().unwrap().len(), 3);
    assert!(files.remove("out/b").unwrap() && !files.remove("out/b").unwrap());
}

#[test]
fn files_are_frozen_with_the_session() {
    let (builder, _) = sandbox();
    let sandbox = builder.build().unwrap();
    let mut session = sandbox.session().unwrap();
    run(
        &mut session,
        "files.write('a', new Uint8Array(100_000).fill(7))",
    );
    let bytes = session.to_bytes().unwrap();
    assert!(bytes.len() < 40_000, "{}", bytes.len());
    let mut session = sandbox.restore(&bytes).unwrap();
    assert_eq!(
        value(&mut session, "files.readBytes('a')[99_999]"),
        json!(7)
    );
    assert_eq!(session.files().unwrap().changes().unwrap().len(), 1);
}

#[test]
fn wrong_paths_and_contents_throw() {
    let (mut session, _) = session();
    for code in [
        "files.write('', 'x')",
        "files.write('/', 'x')",
        "files.write('a/../../b', 'x')",
        "files.write(1, 'x')",
        "files.write('x'.repeat(2000), 'x')",
        "files.write('a', {})",
        "files.write('a')",
        "files.read('nothing')",
        "files.readBytes('nothing')",
    ] {
        let outcome = run(&mut session, code);
        assert!(outcome.error().is_some(), "{code}");
        assert!(outcome.files.is_empty(), "{code}");
    }
    assert!(session.files().unwrap().read("..").is_err());
    for name in ["__proto__", "constructor", "toString"] {
        let code =
            format!("files.exists('{name}') || files.write('{name}', 'x') || files.read('{name}')");
        assert_eq!(value(&mut session, &code), json!("x"), "{name}");
    }
}
