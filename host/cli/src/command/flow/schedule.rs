//! `jsvm flow schedule`, `schedules` and `unschedule`

use std::path::PathBuf;

use clap::Args;
use jsvm::Engine;
use jsvm_flow::{FlowId, Missed, ProgramBuilder, Schedule};

use super::store::StoreOption;
use super::{BeginOptions, flow_id, say, time};
use crate::command::output;
use crate::command::usage::Usage;

/// Starts flows by a cron expression.
///
/// The worker starts a flow NAME@2027-03-01T08:00:00Z at each time that the expression matches. A schedule with the same
/// name takes the place of the earlier one.
#[derive(Args)]
pub struct Add {
    /// The program, in JavaScript or TypeScript
    file: PathBuf,

    /// The name of the schedule, with which the ids of its flows begin
    #[arg(long, value_parser = flow_id)]
    name: FlowId,

    /// Five fields: minute, hour, day of the month, month, day of the week; or six, with the second before them
    #[arg(long, value_name = "EXPRESSION")]
    cron: String,

    /// The time zone, by its name of the IANA
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: String,

    /// What to do about times that passed while no worker ran: start one flow for the latest, all of them, or skip
    /// those of more than a minute ago
    #[arg(long, value_name = "latest|all|skip", value_parser = missed, default_value = "latest")]
    missed: Missed,

    /// Start no flow while the last one runs
    #[arg(long)]
    no_overlap: bool,

    #[command(flatten)]
    begin: BeginOptions,

    #[command(flatten)]
    store: StoreOption,
}

/// Lists schedules.
#[derive(Args)]
pub struct List {
    /// Print a JSON array
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: StoreOption,
}

/// Removes a schedule. Its flows stay.
#[derive(Args)]
pub struct Remove {
    /// The name of the schedule
    #[arg(value_parser = flow_id)]
    name: FlowId,

    #[command(flatten)]
    store: StoreOption,
}

impl Add {
    pub fn run(self) -> anyhow::Result<()> {
        // A program that cannot start leaves no store.
        let program = ProgramBuilder::new(&Engine::global()?)
            .limits(super::limits(self.begin.memory))
            .file(&self.file)?;
        let mut flows = self.store.open_or_create()?;
        let mut schedule = Schedule::new(self.name, self.cron);
        schedule.zone = self.zone;
        schedule.input = super::json_or_file(self.begin.input)?;
        schedule.missed = self.missed;
        schedule.overlap = !self.no_overlap;
        let next = flows.schedule(&program, &schedule)?;
        say(&format!(
            "{} starts its next flow at {}",
            schedule.name,
            time(next)
        ));
        Ok(())
    }
}

impl List {
    pub fn run(self) -> anyhow::Result<()> {
        let schedules = self.store.open()?.schedules()?;
        if self.json {
            output::print(&serde_json::to_string(&schedules)?);
            return Ok(());
        }
        for schedule in schedules {
            let last = schedule.last.map(|last| format!("  last {last}"));
            say(&format!(
                "{}  {:?} {}  next {}{}",
                schedule.name,
                schedule.cron,
                schedule.zone,
                time(schedule.next),
                last.unwrap_or_default()
            ));
        }
        Ok(())
    }
}

impl Remove {
    pub fn run(self) -> anyhow::Result<()> {
        match self.store.open()?.unschedule(&self.name)? {
            true => say(&format!("removed the schedule {}", self.name)),
            false => return Err(Usage(format!("there is no schedule {}", self.name)).into()),
        }
        Ok(())
    }
}

fn missed(text: &str) -> Result<Missed, Usage> {
    Missed::from_word(text).ok_or_else(|| Usage("expected latest, all or skip".into()))
}
