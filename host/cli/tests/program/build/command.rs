//! Files that are commands.

use crate::make::built;
use crate::run::command;

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
