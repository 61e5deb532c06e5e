//! The work: one file for each kind.

mod basic;
mod data;
mod memory;
mod programs;
mod snapshots;
mod text;

use anyhow::{Context, Result};
use jsvm::{Engine, Limits, Vm, VmBuilder};

/// One way to do a piece of work.
pub enum Task {
    /// What takes time.
    Time {
        /// How it is done, in the words of the interface.
        how: &'static str,
        /// How many operations a run does.
        operations: u32,
        /// What a program computed.
        checksum: Option<String>,
        /// Does it.
        run: Box<dyn FnMut() -> Result<()>>,
    },
    /// What takes space.
    Size {
        /// What it is the size of.
        how: &'static str,
        /// How much.
        bytes: f64,
    },
}

impl Task {
    fn time(how: &'static str, run: impl FnMut() -> Result<()> + 'static) -> Self {
        Task::Time {
            how,
            operations: 1,
            checksum: None,
            run: Box::new(run),
        }
    }
}

/// What is made once and used by every piece of work.
pub struct Worlds {
    engine: Engine,
    /// A VM with what crosses the boundary.
    data: Option<Vm>,
}

impl Worlds {
    /// Makes the engine.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn new() -> Result<Self> {
        Ok(Worlds {
            engine: Engine::new()?,
            data: None,
        })
    }

    /// All ways to do the work of that name; none if it cannot be done.
    ///
    /// # Errors
    /// If the work fails.
    pub fn tasks(&mut self, name: &str) -> Result<Vec<Task>> {
        if let Some(program) = name.strip_prefix("program-") {
            return programs::tasks(self, program);
        }
        let (kind, _) = name.split_once('-').unwrap_or((name, ""));
        match kind {
            "create" | "eval" | "call" | "host" => basic::tasks(self, name),
            "text" => text::tasks(self, name),
            "items" | "numbers" | "buffer" | "tree" | "graph" => data::tasks(self, name),
            "small" | "large" => snapshots::tasks(self, name),
            "memory" => memory::tasks(self),
            _ => Ok(Vec::new()),
        }
    }

    /// The settings that somebody has who sets nothing but the time: a run of a benchmark may take
    /// long.
    fn builder(&self) -> VmBuilder {
        self.engine.vm().limits(Limits::default().time(None))
    }

    fn data_vm(&mut self) -> Result<Vm> {
        if let Some(vm) = &self.data {
            return Ok(vm.clone());
        }
        let vm = self.builder().build()?;
        vm.eval(&*script("scripts/data.js")?)?;
        self.data = Some(vm.clone());
        Ok(vm)
    }
}

/// A file of `bench/`.
fn script(path: &str) -> Result<String> {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).context(path)
}
