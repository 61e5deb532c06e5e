//! Programs that run beside the test.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Starts a program in a folder with arguments and environment variables. Returns it and the lines
/// that it prints, to stdout as well as to stderr.
///
/// # Panics
/// If it does not start.
pub fn start<A: AsRef<OsStr>>(
    program: &str,
    folder: &Path,
    args: impl IntoIterator<Item = A>,
    env: &[(&str, &str)],
) -> (Child, Receiver<String>) {
    let mut child = Command::new(program)
        .args(args)
        .current_dir(folder)
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (sender, lines) = channel();
    let stdout = child.stdout.take().expect("a pipe");
    let stderr = child.stderr.take().expect("a pipe");
    let streams: [Box<dyn Read + Send>; 2] = [Box::new(stdout), Box::new(stderr)];
    for stream in streams {
        let sender = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                drop(sender.send(line));
            }
        });
    }
    (child, lines)
}

/// Waits for a line of a program with `part` in it, for so long between two lines.
///
/// # Panics
/// If none comes.
#[track_caller]
pub fn sees(lines: &Receiver<String>, part: &str, patience: Duration) -> String {
    let mut seen = Vec::new();
    loop {
        match lines.recv_timeout(patience) {
            Ok(line) if line.contains(part) => return line,
            Ok(line) => seen.push(line),
            Err(error) => panic!("{part:?} is not printed: {error}; {seen:#?}"),
        }
    }
}

/// Waits for one line with each of these parts in it, in any order: what a program writes to
/// stdout and what it writes to stderr arrive in no certain order.
///
/// # Panics
/// If one does not come.
#[track_caller]
pub fn sees_all<const N: usize>(
    lines: &Receiver<String>,
    parts: [&str; N],
    patience: Duration,
) -> [String; N] {
    let mut found = [const { None }; N];
    let mut seen = Vec::new();
    while found.iter().any(Option::is_none) {
        let line = match lines.recv_timeout(patience) {
            Ok(line) => line,
            Err(error) => panic!("of {parts:?} not all are printed: {error}; {seen:#?}"),
        };
        seen.push(line.clone());
        let place = (0..N).find(|&place| found[place].is_none() && line.contains(parts[place]));
        if let Some(place) = place {
            found[place] = Some(line);
        }
    }
    found.map(|line| line.expect("all are found"))
}
