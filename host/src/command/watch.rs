//! `jsvm run --watch`: runs a program again when one of its files changes.
//!
//! The program runs in a process of its own, so that whatever it does, it can be ended. That process
//! writes the names of the files that it loads into a file, which is looked at here together with
//! them. To look is cheap, and works for every editor and file system; what the system reports of
//! changes depends on both.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::output;
use super::progress::Waiting;

/// How often files are looked at.
const PERIOD: Duration = Duration::from_millis(150);

/// By what the process that runs the program knows where to write names.
const REPORT: &str = "JSVM_WATCH_REPORT";

/// What is seen of a file: when it changed and how long it is. Nothing if it is not there.
type Seen = Option<(SystemTime, u64)>;

fn look(path: &Path) -> Seen {
    let data = fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

/// The process that runs the program now.
type Running = Arc<Mutex<Option<Child>>>;

/// Runs the program of these arguments until Ctrl-C.
pub fn watch(program: &Path) -> anyhow::Result<()> {
    let report = Report::new()?;
    let running = Running::default();
    ctrlc::set_handler({
        let (running, path) = (running.clone(), report.path.clone());
        move || {
            end(&running);
            let _ = fs::remove_file(&path);
            output::flush();
            // As if the signal had ended it.
            std::process::exit(130)
        }
    })?;
    // The first `--watch` is the flag: what follows the program is its own.
    let mut args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let Some(flag) = args.iter().position(|arg| arg == "--watch") {
        args.remove(flag);
    }
    loop {
        report.clear()?;
        let mut files = Files::default();
        files.add(program);
        let child = Command::new(std::env::current_exe()?)
            .args(&args)
            .env(REPORT, &report.path)
            .spawn()?;
        *running.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let changed = wait(&running, &report, &mut files)?;
        end(&running);
        // Somebody may be saving several files.
        files.settle();
        output::print_error(&format!(
            "jsvm: {} changed, starting again",
            changed.display()
        ));
    }
}

/// Waits until a file changes.
fn wait(running: &Running, report: &Report, files: &mut Files) -> anyhow::Result<PathBuf> {
    let mut waiting = None;
    loop {
        std::thread::sleep(PERIOD);
        for name in report.names() {
            files.add(Path::new(&name));
        }
        if let Some(changed) = files.changed() {
            return Ok(changed);
        }
        if waiting.is_none()
            && let Some(status) = ended(running)?
        {
            if !status.success() && status.code().is_none() {
                output::print_error(&format!("jsvm: the program was ended: {status}"));
            }
            waiting = Some(Waiting::new("waiting for changes"));
        }
    }
}

fn ended(running: &Running) -> std::io::Result<Option<ExitStatus>> {
    match &mut *running.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(child) => child.try_wait(),
        None => Ok(None),
    }
}

fn end(running: &Running) {
    let child = running
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(mut child) = child {
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The files of a program, as they were when they were first seen.
#[derive(Default)]
struct Files(BTreeMap<PathBuf, Seen>);

impl Files {
    fn add(&mut self, path: &Path) {
        if !self.0.contains_key(path) {
            self.0.insert(path.to_owned(), look(path));
        }
    }

    /// One that is not as it was.
    fn changed(&self) -> Option<PathBuf> {
        let mut changed = self.0.iter().filter(|(path, seen)| look(path) != **seen);
        changed.next().map(|(path, _)| path.clone())
    }

    /// Waits until they stay as they are.
    fn settle(&mut self) {
        loop {
            for (path, seen) in &mut self.0 {
                *seen = look(path);
            }
            std::thread::sleep(PERIOD / 3);
            if self.changed().is_none() {
                break;
            }
        }
    }
}

/// A file for the names of what a program loads.
struct Report {
    path: PathBuf,
}

impl Report {
    fn new() -> anyhow::Result<Report> {
        let folder = std::env::temp_dir();
        let mut number = std::process::id();
        loop {
            let path = folder.join(format!("jsvm-watch-{}-{number}", std::process::id()));
            match File::create_new(&path) {
                Ok(_) => return Ok(Report { path }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn clear(&self) -> std::io::Result<()> {
        File::create(&self.path).map(drop)
    }

    /// The names so far. A line that is not complete is still being written.
    fn names(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let lines = text.split_inclusive('\n');
        lines
            .filter_map(|line| Some(line.strip_suffix('\n')?.to_owned()))
            .collect()
    }
}

/// Where the names of files go that a program loads, if somebody watches it.
pub struct Watched(Mutex<File>);

impl Watched {
    /// Asks the environment, which only the process has that was started here.
    pub fn from_env() -> Option<Watched> {
        let path = std::env::var_os(REPORT)?;
        let file = OpenOptions::new().append(true).open(path).ok()?;
        Some(Watched(Mutex::new(file)))
    }

    /// Tells the name of a file.
    pub fn tell(&self, name: &str) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A file that nobody can be told of is not watched.
        let _ = file.write_all(format!("{name}\n").as_bytes());
    }
}
