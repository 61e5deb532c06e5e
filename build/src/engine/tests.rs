use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{ENGINE, EngineError, Pristine, io_error, patched, patches};
use crate::toolchain::Toolchain;

/// A crate and a patch of it, in a folder of their own.
struct Case {
    folder: PathBuf,
}

impl Case {
    fn new(name: &str, source: &str, patch: &str) -> Case {
        let folder = std::env::temp_dir().join(format!("jsvm-{name}-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("crate/quickjs/quickjs.c", source);
        write("engine/patches/01-some.patch", patch);
        write("engine/jsvm.c", "int own;\n");
        write("engine/frames.c", "int frames;\n");
        Case { folder }
    }

    fn apply(&self) -> Result<Vec<(String, String)>, EngineError> {
        let pristine = Pristine {
            package: "rquickjs-sys 1.2.3".to_owned(),
            folder: self.folder.join("crate"),
        };
        patched(&pristine, &self.folder.join("engine"))
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const PATCH: &str = "\
Subject: Make b long

Because.

Until: Then.
---
diff --git a/quickjs.c b/quickjs.c
--- a/quickjs.c
+++ b/quickjs.c
@@ -2 +2 @@ function
-int b;
+long b;
";

#[test]
fn a_patch_is_applied_and_our_own_code_comes_last() {
    // The second is further down than the patch says.
    for begin in ["int a;\n", "int a;\nint c;\nint d;\n"] {
        let case = Case::new("applies", &format!("{begin}int b;\n"), PATCH);
        let [(name, text)] = &case.apply().unwrap()[..] else {
            panic!("one file should differ");
        };
        assert_eq!(name, "quickjs.c");
        assert_eq!(
            *text,
            format!(
                "{begin}long b;\n\n#line 1 \"guest/engine/jsvm.c\"\nint own;\n\
                 \n#line 1 \"guest/engine/frames.c\"\nint frames;\n"
            )
        );
    }
}

#[test]
fn a_patch_that_does_not_apply_says_so() {
    let sources = [
        ("int a;\n", 0),
        ("int b;\nint b;\n", 2),
        // Not a whole line.
        ("unsigned int b;\n", 0),
    ];
    for (index, (source, times)) in sources.into_iter().enumerate() {
        let case = Case::new(&format!("found-{index}"), source, PATCH);
        let error = case.apply().unwrap_err();
        let EngineError::Apply { hunk, found, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!((*hunk, *found), (1, times));
        let message = error.to_string();
        for part in [
            "01-some.patch",
            "hunk 1",
            "quickjs.c",
            "rquickjs-sys 1.2.3",
            "renew",
            "remove",
        ] {
            assert!(message.contains(part), "{part} is not in: {message}");
        }
    }
}

#[test]
fn the_hunk_that_does_not_apply_is_named() {
    let second = "@@ -9 +9 @@\n-int z;\n+long z;\n";
    let case = Case::new("second", "int a;\nint b;\n", &format!("{PATCH}{second}"));
    let error = case.apply().unwrap_err();
    assert!(
        matches!(error, EngineError::Apply { hunk: 2, .. }),
        "{error}"
    );
}

#[test]
fn a_patch_must_give_its_reason() {
    for (present, other) in [
        ("Subject: ", "Topic: "),
        ("Until: ", "Since: "),
        ("\n---\n", "\n"),
        ("+++ b/quickjs.c", "+++ b/other.c"),
        ("@@ -2 +2 @@", "@@ -2,2 +2 @@"),
    ] {
        let case = Case::new("reason", "int b;\n", &PATCH.replace(present, other));
        let error = case.apply().unwrap_err();
        assert!(matches!(error, EngineError::Patch { .. }), "{error}");
        assert!(error.to_string().contains("01-some.patch"), "{error}");
    }
}

fn engine() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest/engine")
}

/// The patches that are shipped do apply, or there would be no guest. This is about their form.
#[test]
fn the_patches_of_the_guest_are_documented() {
    let patches = patches::read(&engine().join("patches")).unwrap();
    assert!(!patches.is_empty());
    for (patch, number) in patches.iter().zip(1..) {
        let path = patch.path.display();
        let name = patch.path.file_name().unwrap().to_string_lossy();
        assert!(name.starts_with(&format!("{number:02}-")), "{path}: number");
        assert!(patch.subject.trim().len() > 20, "{path} has no subject");
        assert!(patch.reason.trim().len() > 40, "{path} has no reason");
        assert!(
            patch.until.trim().len() > 20,
            "{path} does not say until when"
        );
        let mut hunks = 0;
        let counted = patch.for_each_file(|_, patch| {
            for hunk in patch.hunks() {
                let changes = hunk.lines().iter();
                let changes = changes.filter(|line| !matches!(line, diffy::Line::Context(_)));
                assert_ne!(changes.count(), 0, "{path} changes nothing");
                hunks += 1;
            }
            Ok(())
        });
        counted.unwrap();
        assert_ne!(hunks, 0, "{path} replaces nothing");
    }
}

/// The engine as cargo fetched it.
fn pristine() -> Pristine {
    let guest = engine().join("..");
    Pristine::find(&Toolchain::without_compilers(), &guest).unwrap()
}

/// Each patch applies alone, so that each can be removed or sent upstream alone.
#[test]
fn git_applies_each_patch_to_a_clean_tree() {
    let pristine = pristine();
    let tree = pristine.folder.join(ENGINE);
    for patch in patches::read(&engine().join("patches")).unwrap() {
        let path = fs::canonicalize(&patch.path).unwrap();
        let output = Command::new("git")
            .args(["apply", "--check", "--verbose"])
            .arg(&path)
            .current_dir(&tree)
            // The sources are inside of no repository, or of one that ignores them.
            .env("GIT_CEILING_DIRECTORIES", tree.parent().unwrap())
            .output();
        let Ok(output) = output else {
            eprintln!("skipped: there is no git");
            return;
        };
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {messages}", path.display());
        assert!(messages.contains("Checking patch"), "{messages}");
    }
}

/// Git agrees on what the patches do, all together.
#[test]
fn git_applies_all_patches_with_the_same_result() {
    let pristine = pristine();
    let folder = std::env::temp_dir().join(format!("jsvm-tree-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let ours = patched(&pristine, &engine()).unwrap();
    for (name, _) in &ours {
        fs::copy(pristine.folder.join(ENGINE).join(name), folder.join(name)).unwrap();
    }
    for patch in patches::read(&engine().join("patches")).unwrap() {
        let status = Command::new("git")
            .arg("apply")
            .arg(fs::canonicalize(&patch.path).unwrap())
            .current_dir(&folder)
            .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
            .status();
        match status {
            Ok(status) => assert!(status.success(), "{}", patch.path.display()),
            Err(_) => {
                eprintln!("skipped: there is no git");
                return;
            }
        }
    }
    for (name, text) in &ours {
        let path = folder.join(name);
        let theirs = fs::read_to_string(&path).map_err(io_error("read", &path));
        let theirs = theirs.unwrap();
        let engine_only = text.split("\n#line 1 \"guest/engine/jsvm.c\"").next();
        assert_eq!(engine_only.map(str::len), Some(theirs.len()), "{name}");
        assert!(engine_only == Some(&theirs), "{name}");
    }
    let _ = fs::remove_dir_all(folder);
}
