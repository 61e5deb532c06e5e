//! Standard input that stays open, and signals.

use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a program may take, on a slow machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program whose standard input stays open.
struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    _folder: TempDir,
}

impl Running {
    fn start(program: &str, options: &[&str]) -> Running {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("program.mjs");
        std::fs::write(&file, program).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_jsvm"))
            .arg("run")
            .args(options)
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Running {
            stdin: child.stdin.take(),
            lines: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
            _folder: folder,
        }
    }

    fn send(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
    }

    #[track_caller]
    fn sees(&mut self, expected: &str) {
        assert_eq!(self.lines.next().unwrap().unwrap(), expected);
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it ends although its standard input is open.
    #[track_caller]
    fn ends(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if start.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                panic!("it does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn a_program_that_does_not_read_ends_although_its_input_is_open() {
    for program in [
        "process.stdin; console.log('end')",
        "process.stdin.once('data', () => { process.stdin.pause(); console.log('end') })",
        "process.stdin.on('data', () => {}).unref(); console.log('end')",
        "for await (const chunk of process.stdin) break; console.log('end')",
        "process.stdin.on('data', () => { process.stdin.destroy(); console.log('end') })",
        "import { createInterface } from 'node:readline';
         const lines = createInterface({ input: process.stdin });
         lines.once('line', () => { lines.close(); console.log('end') })",
    ] {
        let mut running = Running::start(program, &[]);
        running.send("one\n");
        running.sees("end");
        assert_eq!(running.ends().code(), Some(0), "{program}");
    }
}

#[test]
fn input_comes_while_timers_run_and_after_a_pause() {
    let mut running = Running::start(
        "process.stdin.setEncoding('utf8').on('data', (text) => {
           console.log(text.trim());
           process.stdin.pause();
           setTimeout(() => process.stdin.resume(), 20);
         });
         let ticks = 0;
         const timer = setInterval(() => { if (++ticks === 3) console.log('ticks') }, 5);
         process.stdin.on('end', () => clearInterval(timer));",
        &[],
    );
    running.sees("ticks");
    running.send("one\n");
    running.sees("one");
    running.send("two\n");
    running.sees("two");
    running.stdin = None;
    assert_eq!(running.ends().code(), Some(0));
}

#[test]
fn an_unreferenced_stream_gets_input_while_the_program_runs() {
    let mut running = Running::start(
        "const timer = setInterval(() => {}, 1000);
         process.stdin.on('data', (chunk) => { console.log(`${chunk}`.trim()); clearInterval(timer) }).unref();
         console.log('ready')",
        &[],
    );
    running.sees("ready");
    running.send("one\n");
    running.sees("one");
    assert_eq!(running.ends().code(), Some(0));
}

#[test]
fn a_synchronous_read_ends_with_the_time_limit() {
    let program = "import fs from 'node:fs'; fs.readFileSync(0)";
    let mut running = Running::start(program, &["--timeout", "300ms"]);
    assert_eq!(running.ends().code(), Some(1));
}

#[test]
fn a_signal_without_a_listener_ends_the_program() {
    for (program, name, number) in [
        (
            "console.log('ready'); setInterval(() => {}, 1000)",
            "TERM",
            15,
        ),
        (
            "console.log('ready'); setInterval(() => {}, 1000)",
            "INT",
            2,
        ),
        // A listener that was removed.
        (
            "const listener = () => {};
             process.on('SIGTERM', listener).off('SIGTERM', listener);
             console.log('ready'); setInterval(() => {}, 1000)",
            "TERM",
            15,
        ),
    ] {
        let mut running = Running::start(program, &[]);
        running.sees("ready");
        running.signal(name);
        assert_eq!(running.ends().signal(), Some(number), "{program}");
    }
}

#[test]
fn listeners_get_signals_and_the_program_goes_on() {
    let mut running = Running::start(
        "process.on('SIGTERM', (name, number) => console.log(name, number));
         process.once('SIGHUP', (name) => console.log('once', name));
         process.on('SIGINT', () => { console.log('end'); clearInterval(timer) });
         const timer = setInterval(() => {}, 1000);
         process.on('exit', (code) => console.log('exit', code));
         console.log('ready')",
        &[],
    );
    running.sees("ready");
    for _ in 0..2 {
        running.signal("TERM");
        running.sees("SIGTERM 15");
    }
    running.signal("HUP");
    running.sees("once SIGHUP");
    running.signal("INT");
    running.sees("end");
    running.sees("exit 0");
    assert_eq!(running.ends().code(), Some(0));
}

#[test]
fn a_listener_does_not_keep_the_program_running() {
    let mut running = Running::start("process.on('SIGTERM', () => {}); console.log('end')", &[]);
    running.sees("end");
    assert_eq!(running.ends().code(), Some(0));
}

#[test]
fn what_a_listener_throws_ends_the_program() {
    let mut running = Running::start(
        "process.on('SIGUSR2', () => { throw new Error('from a listener') });
         process.on('uncaughtExceptionMonitor', (error, origin) => console.log(error.message, origin));
         setInterval(() => {}, 1000); console.log('ready')",
        &[],
    );
    running.sees("ready");
    running.signal("USR2");
    running.sees("from a listener uncaughtException");
    assert_eq!(running.ends().code(), Some(1));
}
