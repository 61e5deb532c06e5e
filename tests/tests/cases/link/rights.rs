//! What linked components may do, tried by one that tries.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::OnceLock;

use jsvm_link::{LinkExt, LinkRights, LinkedComponent};
use libtest_mimic::Trial;
use tempfile::TempDir;

use super::{components, engine, linker, result};

pub fn trials() -> Vec<Trial> {
    trials![
        nothing_is_there_without_rights,
        a_folder_that_may_be_read_is_not_written_to,
        a_folder_that_may_be_written_to_is,
        nothing_outside_of_a_folder_is_reached,
        the_network_is_there_only_if_it_is_allowed,
    ]
}

/// What a script finds with these rights.
fn found(rights: LinkRights, expression: &str) -> String {
    static LINKED: OnceLock<LinkedComponent> = OnceLock::new();
    let linked = LINKED.get_or_init(|| linker().compile("reach", components::reach()).unwrap());
    let linked = linked.clone().rights(rights).unwrap();
    let vm = engine().vm().link(&linked).build().unwrap();
    let text = format!(
        "import * as outside from 'reach/outside';
        const {{ folders, read, write, connect, print }} = outside;
        const tried = (name, ...args) => {{
            try {{
                return outside[name](...args) ?? 'done';
            }} catch (error) {{
                return `${{error.name}}: ${{error.payload}}`;
            }}
        }};
        export const result = String(({expression}));"
    );
    result(&vm, &text).unwrap()
}

/// A folder with a file and a link that leads out of it to another.
fn folder() -> TempDir {
    let around = TempDir::new().unwrap();
    let inner = around.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(around.path().join("secret.txt"), "secret").unwrap();
    fs::write(inner.join("note.txt"), "a note").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(around.path().join("secret.txt"), inner.join("link.txt")).unwrap();
    around
}

fn inner(around: &TempDir) -> std::path::PathBuf {
    around.path().join("inner")
}

fn note(around: &TempDir) -> String {
    fs::read_to_string(inner(around).join("note.txt")).unwrap()
}

fn nothing_is_there_without_rights() {
    let none = || LinkRights::new();
    assert_eq!(found(none(), "folders().length"), "0");
    assert_eq!(
        found(none(), "tried('read', 'note.txt')"),
        "ComponentError: access"
    );
    assert_eq!(
        found(none(), "tried('write', 'x', 'y')"),
        "ComponentError: access"
    );
    // Standard output leads nowhere, which is no error.
    assert_eq!(found(none(), "tried('print', 'nobody reads this')"), "done");
}

fn a_folder_that_may_be_read_is_not_written_to() {
    let around = folder();
    let rights = || LinkRights::new().read_folder(inner(&around), "/data");
    assert_eq!(found(rights(), "folders()"), "/data");
    assert_eq!(found(rights(), "read('note.txt')"), "a note");
    assert_eq!(
        found(rights(), "tried('read', 'none.txt')"),
        "ComponentError: no-entry"
    );
    for file in ["note.txt", "new.txt"] {
        let tried = found(rights(), &format!("tried('write', '{file}', 'changed')"));
        assert_eq!(tried, "ComponentError: not-permitted", "{file}");
    }
    assert_eq!(note(&around), "a note");
    assert!(!inner(&around).join("new.txt").exists());
}

fn a_folder_that_may_be_written_to_is() {
    let around = folder();
    let rights = || LinkRights::new().write_folder(inner(&around), "/data");
    assert_eq!(
        found(rights(), "tried('write', 'note.txt', 'changed')"),
        "done"
    );
    assert_eq!(note(&around), "changed");
    assert_eq!(
        found(rights(), "write('new.txt', 'made'), read('new.txt')"),
        "made"
    );
}

fn nothing_outside_of_a_folder_is_reached() {
    let around = folder();
    let outside = around.path().join("secret.txt");
    let paths = [
        "../secret.txt",
        "link.txt",
        outside.to_str().unwrap(),
        "inner/../../secret.txt",
    ];
    for path in paths {
        let rights = LinkRights::new().write_folder(inner(&around), "/");
        for tried in [
            format!("tried('read', '{path}')"),
            format!("tried('write', '{path}', 'x')"),
        ] {
            let told = found(rights.clone(), &tried);
            assert!(told.starts_with("ComponentError: "), "{tried}: {told}");
        }
        assert_eq!(
            fs::read_to_string(Path::new(&outside)).unwrap(),
            "secret",
            "{path}"
        );
    }
}

fn the_network_is_there_only_if_it_is_allowed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let tried = format!("tried('connect', {port})");
    assert_eq!(
        found(LinkRights::new(), &tried),
        "ComponentError: access-denied"
    );
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "somebody has connected");
    assert_eq!(found(LinkRights::new().network(), &tried), "done");
    listener.set_nonblocking(false).unwrap();
    listener.accept().unwrap();
    drop(listener);
    assert_eq!(
        found(LinkRights::new().network(), &tried),
        "ComponentError: connection-refused"
    );
}
