use std::fs;
use std::path::{Path, PathBuf};

use super::{EngineError, Pristine, edited, edits};

/// A crate and edits of it, in a folder of their own.
struct Case {
    folder: PathBuf,
}

impl Case {
    fn new(name: &str, source: &str, edit: &str) -> Case {
        let folder = std::env::temp_dir().join(format!("jsvm-{name}-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("crate/quickjs/quickjs.c", source);
        write("engine/edits/some.toml", edit);
        write("engine/jsvm.c", "int own;\n");
        Case { folder }
    }

    fn apply(&self) -> Result<Vec<(String, String)>, EngineError> {
        let pristine = Pristine {
            package: "rquickjs-sys 1.2.3".to_owned(),
            folder: self.folder.join("crate"),
        };
        edited(&pristine, &self.folder.join("engine"))
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const EDIT: &str = r#"
reason = "because"
until = "then"

[[replace]]
file = "quickjs/quickjs.c"
find = '''
int b;
'''
with = '''
long b;
'''
"#;

#[test]
fn an_edit_replaces_and_our_own_comes_last() {
    let case = Case::new("applies", "int a;\nint b;\n", EDIT);
    let [(name, text)] = &case.apply().unwrap()[..] else {
        panic!("one file should differ");
    };
    assert_eq!(name, "quickjs/quickjs.c");
    assert_eq!(
        text,
        "int a;\nlong b;\n\n#line 1 \"guest/engine/jsvm.c\"\nint own;\n"
    );
}

#[test]
fn an_edit_that_does_not_apply_says_so() {
    for (source, times) in [("int a;\n", 0), ("int b;\nint b;\n", 2)] {
        let case = Case::new(&format!("found-{times}"), source, EDIT);
        let error = case.apply().unwrap_err();
        let EngineError::Edit { number, found, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!((*number, *found), (1, times));
        let message = error.to_string();
        for part in ["some.toml", "rquickjs-sys 1.2.3", "renew", "remove"] {
            assert!(message.contains(part), "{part} is not in: {message}");
        }
    }
}

#[test]
fn an_edit_must_give_its_reason() {
    let case = Case::new("reason", "int b;\n", &EDIT.replace("reason", "why"));
    let error = case.apply().unwrap_err();
    assert!(matches!(error, EngineError::Syntax { .. }), "{error}");
}

/// The edits that are shipped do apply, or there would be no guest. This is about their form.
#[test]
fn the_edits_of_the_guest_are_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest/engine/edits");
    let edits = edits(&folder).unwrap();
    assert!(!edits.is_empty());
    for (path, edit) in edits {
        let path = path.display();
        assert!(edit.reason.trim().len() > 40, "{path} has no reason");
        assert!(
            edit.until.trim().len() > 20,
            "{path} does not say until when"
        );
        assert!(!edit.replace.is_empty(), "{path} replaces nothing");
        for replace in edit.replace {
            assert_ne!(replace.find, replace.with, "{path} changes nothing");
        }
    }
}
