//! What all cases share.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};

use super::child::{self, KillLimits};
use super::known::Known;
use super::shape::Shapes;
use super::verdict::{Allowed, LATE};

/// What all cases share.
pub struct Context {
    pub program: PathBuf,
    pub shapes: Shapes,
    pub known: Known,
    /// The folder with files of cases.
    pub folder: PathBuf,
    /// How long the program takes to run nothing.
    pub start_time: Duration,
    snapshot: OnceLock<Vec<u8>>,
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
            snapshot: OnceLock::new(),
        };
        context.start_time = context.measure_start()?;
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
        let limits = KillLimits {
            time: Duration::from_secs(60),
            memory: u64::MAX,
        };
        let mut most = Duration::ZERO;
        for _ in 0..3 {
            let ended = child::start(&self.program, &folder, &args)?.wait(limits)?;
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

    /// Returns a snapshot that is not damaged.
    pub fn snapshot(&self) -> anyhow::Result<&[u8]> {
        if self.snapshot.get().is_none() {
            let folder = self.fresh_folder("snapshot")?;
            let text = "globalThis.list = Array.from({ length: 5000 }, (_, i) => ({ i }));
                setTimeout(() => console.log(list.length), 10);
                new Promise(() => {});";
            std::fs::write(folder.join("app.js"), text)?;
            let args = ["snapshot", "app.js", "-o", "app.snap"].map(String::from);
            let limits = KillLimits {
                time: Duration::from_secs(60),
                memory: u64::MAX,
            };
            let ended = child::start(&self.program, &folder, &args)?.wait(limits)?;
            let bytes = std::fs::read(folder.join("app.snap"));
            let bytes = bytes.with_context(|| format!("no snapshot: {}", ended.stderr))?;
            let _ = self.snapshot.set(bytes);
        }
        let bytes = self.snapshot.get();
        bytes
            .map(Vec::as_slice)
            .ok_or_else(|| anyhow!("there is no snapshot"))
    }

    /// Returns the limits beyond which a process is killed.
    pub fn kill_limits(allowed: Allowed) -> KillLimits {
        KillLimits {
            time: allowed.time + LATE + Duration::from_millis(200),
            memory: (allowed.most_memory() * 3).min(2 << 30),
        }
    }
}
