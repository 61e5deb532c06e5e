//! Flows and stores as files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jsvm_flow::{FlowId, SystemTimeSource, Time};

use super::store::StoreOption;
use super::{flow_id, say};
use crate::command::destination::Target;
use crate::command::options;
use crate::command::reason::reason;
use crate::command::usage::Usage;

/// Writes a flow to a file, without its log.
#[derive(Args)]
pub struct Export {
    /// The name of the flow
    #[arg(value_parser = flow_id)]
    id: FlowId,

    /// The file, or - for standard output. It is not sealed: who has it can read what the flow knows
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    store: StoreOption,
}

/// Reads a flow from a file.
#[derive(Args)]
pub struct Import {
    /// The file that `jsvm flow export` wrote. Remove the flow from the other store, or both run it
    file: PathBuf,

    #[command(flatten)]
    store: StoreOption,
}

/// Writes a copy of a store.
#[derive(Args)]
pub struct Backup {
    /// The file to create
    file: PathBuf,

    #[command(flatten)]
    store: StoreOption,
}

/// Removes flows.
#[derive(Args)]
pub struct Gc {
    /// Remove flows that ended so long ago
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "30days")]
    older: Duration,

    #[command(flatten)]
    store: StoreOption,
}

impl Export {
    pub fn run(self) -> anyhow::Result<()> {
        let target = Target::new(&self.output)?;
        let bytes = self.store.open()?.export(&self.id)?;
        target.write(|writer| Ok(writer.write_all(&bytes)?))
    }
}

impl Import {
    pub fn run(self) -> anyhow::Result<()> {
        let bytes = read(&self.file)?;
        let (id, added) = self.store.open_or_create()?.import(&bytes)?;
        match added {
            true => say(&format!("imported {id}")),
            false => return Err(Usage(format!("the store has a flow {id}")).into()),
        }
        Ok(())
    }
}

impl Backup {
    pub fn run(self) -> anyhow::Result<()> {
        self.store.open()?.store().back_up(&self.file)?;
        Ok(())
    }
}

impl Gc {
    pub fn run(self) -> anyhow::Result<()> {
        let older = u64::try_from(self.older.as_nanos()).unwrap_or(u64::MAX);
        let before = SystemTimeSource.now().saturating_sub(older);
        let removed = self.store.open()?.collect(before)?;
        say(&format!("removed {removed} flows"));
        Ok(())
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Usage> {
    std::fs::read(file).map_err(|error| {
        let (file, reason) = (file.display(), reason(&error));
        Usage(format!("cannot read {file}: {reason}"))
    })
}
