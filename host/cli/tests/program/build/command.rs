//! Files that are commands.

use crate::make::built;
use crate::run::{CompiledCommand, command};

#[tokio::test(flavor = "multi_thread")]
async fn command_runs_its_default_export() {
    let built = built("command.ts", &[]);
    let run = |args: &'static [&'static str]| command(&built.file, args);

    let (success, stdout, stderr) = run(&["app", "a", "b"]).await;
    assert!(success, "{stderr}");
    assert_eq!(stdout, "built a,b hello\nlast\n");

    let (success, stdout, stderr) = run(&["app", "throw"]).await;
    assert!(!success);
    assert_eq!(stdout, "built throw hello\n");
    assert!(stderr.contains("Error: on purpose"), "{stderr}");
    assert!(stderr.contains("command.ts:6:"), "{stderr}");

    let (success, stdout, _) = run(&["app", "exit"]).await;
    assert!(success);
    assert_eq!(stdout, "built exit hello\n");

    let (success, stdout, _) = run(&["app", "fail"]).await;
    assert!(!success);
    assert_eq!(stdout, "built fail hello\nlast\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn command_reads_standard_input() {
    let built = built("stdin.ts", &[]);
    let compiled = CompiledCommand::new(&built.file);
    let text = b"one\ntwo".to_vec();
    for (way, input, expected) in [
        ("stream", text.clone(), "stream 7\n"),
        ("stream", Vec::new(), "stream 0\n"),
        ("stream", vec![b'x'; 5_000_000], "stream 5000000\n"),
        ("lines", text.clone(), "line one\nline two\n"),
        ("sync", text.clone(), "sync one\ntwo\n"),
        ("device", text.clone(), "device 7\n"),
        ("background", text, "background\n"),
    ] {
        let (success, stdout, stderr) = compiled.run(&["app", way], input).await;
        assert!(success, "{way}: {stderr}");
        assert_eq!(stdout, format!("{expected}exit 0\n"), "{way}");
    }
    let imports_stdin = |file: &std::path::Path| {
        let bytes = std::fs::read(file).unwrap();
        bytes.windows(15).any(|window| window == b"wasi:cli/stdin@")
    };
    assert!(imports_stdin(&built.file));
    assert!(!imports_stdin(&crate::make::built("command.ts", &[]).file));
}
