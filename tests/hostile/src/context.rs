//! What all cases share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::child::{self, KillLimits};
use super::known::Known;
use super::shape::Shapes;
use super::verdict::{Allowed, LATE};

/// The limits of what must work.
const PATIENT: KillLimits = KillLimits {
    time: Duration::from_secs(60),
    memory: u64::MAX,
};

/// What all cases share.
pub struct Context {
    pub program: PathBuf,
    pub shapes: Shapes,
    pub known: Known,
    /// The folder with files of cases.
    pub folder: PathBuf,
    /// How long the program takes to run nothing.
    pub start_time: Duration,
    /// A snapshot that is not damaged.
    pub snapshot: Vec<u8>,
}

impl Context {
    pub fn new(program: PathBuf, data: &Path, folder: PathBuf) -> anyhow::Result<Self> {
        let program = program
            .canonicalize()
            .with_context(|| format!("cannot find {}", program.display()))?;
        std::fs::create_dir_all(&folder)?;
        let folder = folder.canonicalize()?;
        let mut context = Context {
            program,
            shapes: Shapes::read(&data.join("shapes"))?,
            known: Known::read(&data.join("known.toml"))?,
            folder,
            start_time: Duration::ZERO,
            snapshot: Vec::new(),
        };
        context.start_time = context.measure_start()?;
        context.snapshot = context.make_snapshot()?;
        Ok(context)
    }

    /// Creates an empty folder.
    pub fn fresh_folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Measures how long the program takes to run nothing.
    fn measure_start(&self) -> anyhow::Result<Duration> {
        let folder = self.fresh_folder("start")?;
        std::fs::write(folder.join("empty.mjs"), "")?;
        let args = ["run".to_owned(), "empty.mjs".to_owned()];
        let mut most = Duration::ZERO;
        for _ in 0..3 {
            let ended = child::start(&self.program, &folder, &args)?.wait(PATIENT)?;
            if !ended.status.is_some_and(|status| status.success()) {
                bail!(
                    "{} cannot run an empty program: {}",
                    self.program.display(),
                    ended.stderr
                );
            }
            most = most.max(ended.elapsed);
        }
        Ok(most)
    }

    /// Makes a snapshot that is not damaged.
    fn make_snapshot(&self) -> anyhow::Result<Vec<u8>> {
        let folder = self.fresh_folder("snapshot")?;
        let text = "globalThis.list = Array.from({ length: 5000 }, (_, i) => ({ i }));
            setTimeout(() => console.log(list.length), 10);
            new Promise(() => {});";
        std::fs::write(folder.join("app.js"), text)?;
        let args = ["snapshot", "app.js", "-o", "app.snap"].map(String::from);
        let ended = child::start(&self.program, &folder, &args)?.wait(PATIENT)?;
        let bytes = std::fs::read(folder.join("app.snap"));
        bytes.with_context(|| format!("no snapshot: {}", ended.stderr))
    }

    /// Returns the limits beyond which a process is killed.
    pub fn kill_limits(allowed: Allowed) -> KillLimits {
        KillLimits {
            time: allowed.time + LATE + Duration::from_millis(200),
            memory: (allowed.most_memory() * 3).min(2 << 30),
        }
    }
}
