//! `jsvm run --watch`: runs a program again when one of its files changes.
//!
//! The program runs in a child process, which can always be ended. The child writes the names of
//! the files that it loads into a report file. This process polls the report and the files. Polling
//! is cheap and works with every editor and file system; change notifications of the system depend
//! on both.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::output;
use super::progress::Progress;

/// The interval between two polls.
const PERIOD: Duration = Duration::from_millis(150);

/// The environment variable that tells the child where to report loaded files.
const REPORT_VARIABLE: &str = "JSVM_WATCH_REPORT";

/// The time of change and the length of a file; `None` if it does not exist.
type FileState = Option<(SystemTime, u64)>;

fn file_state(path: &Path) -> FileState {
    let data = fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

/// The child process.
type RunningChild = Arc<Mutex<Option<Child>>>;

/// Runs the program again and again with the arguments of this process, until Ctrl-C.
pub fn watch(program: &Path) -> anyhow::Result<()> {
    let report = LoadReport::new()?;
    let running = RunningChild::default();
    ctrlc::set_handler({
        let (running, path) = (running.clone(), report.path.clone());
        move || {
            end(&running);
            let _ = fs::remove_file(&path);
            output::flush();
            // The exit code of a process that the signal ended.
            std::process::exit(130)
        }
    })?;
    // The first `--watch` is ours: arguments after the program belong to the program.
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
            .env(REPORT_VARIABLE, &report.path)
            .spawn()?;
        *running.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let changed = wait(&running, &report, &mut files)?;
        end(&running);
        // An editor may be saving several files.
        files.settle();
        output::print_error(&format!("jsvm: {} changed, restarting", changed.display()));
    }
}

/// Waits until a file changes.
fn wait(running: &RunningChild, report: &LoadReport, files: &mut Files) -> anyhow::Result<PathBuf> {
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
            waiting = Some(Progress::new("waiting for changes"));
        }
    }
}

fn ended(running: &RunningChild) -> std::io::Result<Option<ExitStatus>> {
    match &mut *running.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(child) => child.try_wait(),
        None => Ok(None),
    }
}

fn end(running: &RunningChild) {
    let child = running
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(mut child) = child {
        // The child may have ended already.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The files of a program, with their states when they were added.
#[derive(Default)]
struct Files(BTreeMap<PathBuf, FileState>);

impl Files {
    fn add(&mut self, path: &Path) {
        if !self.0.contains_key(path) {
            self.0.insert(path.to_owned(), file_state(path));
        }
    }

    /// Finds a file that changed.
    fn changed(&self) -> Option<PathBuf> {
        let mut changed = self
            .0
            .iter()
            .filter(|(path, seen)| file_state(path) != **seen);
        changed.next().map(|(path, _)| path.clone())
    }

    /// Waits until no file changes any more.
    fn settle(&mut self) {
        loop {
            for (path, seen) in &mut self.0 {
                *seen = file_state(path);
            }
            std::thread::sleep(PERIOD / 3);
            if self.changed().is_none() {
                break;
            }
        }
    }
}

/// A temporary file to which the child writes the names of the files that it loads.
struct LoadReport {
    path: PathBuf,
}

impl LoadReport {
    fn new() -> anyhow::Result<LoadReport> {
        let folder = std::env::temp_dir();
        let mut number = std::process::id();
        loop {
            let path = folder.join(format!("jsvm-watch-{}-{number}", std::process::id()));
            match File::create_new(&path) {
                Ok(_) => return Ok(LoadReport { path }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn clear(&self) -> std::io::Result<()> {
        File::create(&self.path).map(drop)
    }

    /// Returns the names so far. An incomplete line is still being written.
    fn names(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let lines = text.split_inclusive('\n');
        lines
            .filter_map(|line| Some(line.strip_suffix('\n')?.to_owned()))
            .collect()
    }
}

/// Reports the files that a program loads to the process that watches it.
pub struct LoadReporter(Mutex<File>);

impl LoadReporter {
    /// Opens the report that the environment names, in a child of `jsvm run --watch`.
    pub fn from_env() -> Option<LoadReporter> {
        let path = std::env::var_os(REPORT_VARIABLE)?;
        let file = OpenOptions::new().append(true).open(path).ok()?;
        Some(LoadReporter(Mutex::new(file)))
    }

    /// Reports the name of a file.
    pub fn report(&self, name: &str) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A file that cannot be reported is not watched.
        let _ = file.write_all(format!("{name}\n").as_bytes());
    }
}
