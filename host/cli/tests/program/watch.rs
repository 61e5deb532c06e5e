//! `jsvm run --watch` with files that change.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use jsvm_tests::process;
use tempfile::TempDir;

/// How long anything may take, on a slow machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that is watched, and all that it prints.
struct Watched {
    child: Child,
    lines: Receiver<String>,
}

impl Watched {
    fn start(folder: &Path, program: &str) -> Watched {
        let (child, lines) = process::start(
            env!("CARGO_BIN_EXE_jsvm"),
            folder,
            ["run", "--watch", program, "an argument"],
            &[],
        );
        Watched { child, lines }
    }

    /// Waits for a line that ends like this.
    #[track_caller]
    fn sees(&self, end: &str) {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.ends_with(end) => return,
                Ok(_) => {}
                Err(error) => panic!("{end:?} is not printed: {error}"),
            }
        }
    }

    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("kill").success());
        self.child.wait().expect("it ends").code()
    }
}

fn write(folder: &TempDir, name: &str, text: &str) {
    fs::write(folder.path().join(name), text).expect("a file");
    // So that the next change has another time even where clocks are coarse.
    std::thread::sleep(Duration::from_millis(20));
}

#[test]
fn a_program_runs_again_when_it_or_a_module_changes() {
    let folder = TempDir::new().expect("a folder");
    write(&folder, "m.mjs", "export const text = 'one'");
    let main = "import { text } from './m.mjs'; console.log(scriptArgs[1], text)";
    write(&folder, "main.mjs", main);
    let watched = Watched::start(folder.path(), "main.mjs");
    watched.sees("an argument one");
    // What was loaded must have been seen before it changes.
    std::thread::sleep(Duration::from_millis(500));
    write(&folder, "m.mjs", "export const text = 'two'");
    watched.sees("m.mjs changed, restarting");
    watched.sees("an argument two");
    // An error is no reason to end.
    write(&folder, "main.mjs", "throw new Error('three')");
    watched.sees("Uncaught Error: three");
    write(
        &folder,
        "main.mjs",
        "console.log('on'); setInterval(() => {}, 1000)",
    );
    watched.sees("on");
    // Nor is a program that never ends, or one that is not there.
    fs::remove_file(folder.path().join("main.mjs")).expect("a file");
    watched.sees("no such file");
    write(&folder, "main.mjs", "import './missing.mjs'");
    watched.sees("/missing.mjs");
    std::thread::sleep(Duration::from_millis(500));
    write(&folder, "missing.mjs", "console.log('here now'); for (;;);");
    watched.sees("here now");
    write(&folder, "main.mjs", "console.log('last'); process.exit(5)");
    watched.sees("last");
    assert_eq!(watched.interrupt(), Some(130));
}

#[test]
fn a_terminal_shows_that_it_waits() {
    let folder = TempDir::new().expect("a folder");
    write(&folder, "main.mjs", "console.log('done')");
    let mut command = Command::new(env!("CARGO_BIN_EXE_jsvm"));
    command
        .args(["run", "--watch", "main.mjs"])
        .current_dir(folder.path());
    let patience = u64::try_from(PATIENCE.as_millis()).ok();
    let mut terminal = rexpect::session::spawn_command(command, patience).expect("a terminal");
    terminal.exp_string("done").expect("it runs");
    terminal
        .exp_string("waiting for changes")
        .expect("it waits");
    write(&folder, "main.mjs", "console.log('again')");
    terminal.exp_string("main.mjs changed").expect("it sees");
    terminal.exp_string("again").expect("it runs");
    terminal.send_control('c').expect("a key");
    terminal.exp_eof().expect("it ends");
}
