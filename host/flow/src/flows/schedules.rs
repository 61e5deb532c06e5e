//! Schedules from outside.

use super::Flows;
use crate::error::FlowError;
use crate::model::{FlowId, MAX_ID, Missed, StoredSchedule, WallTime};
use crate::program::Program;
use crate::schedule::{Calendar, instant};
use crate::store::Store;
use crate::vault::RecordKind;

/// What ids of a schedule's flows have behind its name.
const SUFFIX: usize = "@2027-03-01T08:00:00Z".len();

/// A schedule that starts flows of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schedule {
    /// Its name. The ids of its flows are `NAME@2027-03-01T08:00:00Z`.
    pub name: FlowId,
    /// The cron expression: five fields, or six with the second before them.
    pub cron: String,
    /// The IANA name of the time zone: `UTC` by default.
    pub zone: String,
    /// What happens with times that passed while no worker ran.
    pub missed: Missed,
    /// Whether a flow is started while the last one runs: `true` by default.
    pub overlap: bool,
    /// The input of each flow, as JSON: `null` by default.
    pub input: String,
}

impl Schedule {
    /// A schedule with a name and a cron expression.
    pub fn new(name: FlowId, cron: impl Into<String>) -> Self {
        Schedule {
            name,
            cron: cron.into(),
            zone: "UTC".to_owned(),
            missed: Missed::Latest,
            overlap: true,
            input: "null".to_owned(),
        }
    }
}

/// A schedule as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct ScheduleView {
    /// Its name.
    pub name: FlowId,
    /// The cron expression.
    pub cron: String,
    /// The IANA name of the time zone.
    pub zone: String,
    /// What happens with times that passed while no worker ran.
    pub missed: Missed,
    /// Whether a flow is started while the last one runs.
    pub overlap: bool,
    /// The digest of its code, in hexadecimal digits.
    pub program: String,
    /// When the next flow is started, in nanoseconds since 1970.
    pub next: WallTime,
    /// The flow that was started last.
    pub last: Option<FlowId>,
}

impl<S: Store> Flows<S> {
    /// Keeps a schedule, in the place of one with its name. Returns when it starts its next flow.
    ///
    /// ```
    /// use jsvm::SealKey;
    /// use jsvm_flow::{Flows, MemoryStore, ProgramBuilder, Schedule};
    /// # let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("report.js");
    /// std::fs::write(&file, "export default async () => {}")?;
    /// let mut flows = Flows::new(MemoryStore::new(), &SealKey::generate()?)?;
    /// let program = ProgramBuilder::new(flows.engine()).file(&file)?;
    /// let mut schedule = Schedule::new("report".parse()?, "0 9 * * MON-FRI");
    /// schedule.zone = "Europe/Berlin".to_owned();
    /// flows.schedule(&program, &schedule)?;
    /// assert_eq!(flows.schedules()?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`FlowError::Schedule`]; [`FlowError::NotJson`]; [`FlowError::TooLarge`]; [`FlowError::Store`].
    pub fn schedule(
        &mut self,
        program: &Program,
        schedule: &Schedule,
    ) -> Result<WallTime, FlowError> {
        self.check_json("input", &schedule.input)?;
        self.check_size("name", schedule.name.as_str().len(), MAX_ID - SUFFIX)?;
        let calendar = Calendar::new(&schedule.cron, &schedule.zone)?;
        let next = calendar.after(self.time.now())?;
        self.keep_program(program)?;
        let name = &schedule.name;
        let known = self.store.schedules(None)?;
        let known = known.into_iter().find(|known| known.name == *name);
        let input = schedule.input.as_bytes();
        self.store.put_schedule(&StoredSchedule {
            name: name.clone(),
            cron: schedule.cron.clone(),
            zone: schedule.zone.clone(),
            missed: schedule.missed,
            overlap: schedule.overlap,
            program: program.id(),
            input: self.vault.seal(name, RecordKind::Schedule, input)?,
            next,
            last: known.and_then(|known| known.last),
        })?;
        Ok(next)
    }

    /// Lists the schedules by name.
    ///
    /// # Errors
    /// [`FlowError::Store`].
    pub fn schedules(&mut self) -> Result<Vec<ScheduleView>, FlowError> {
        let all = self.store.schedules(None)?.into_iter();
        let views = all.map(|stored| ScheduleView {
            name: stored.name,
            cron: stored.cron,
            zone: stored.zone,
            missed: stored.missed,
            overlap: stored.overlap,
            program: stored.program.to_string(),
            next: stored.next,
            last: stored.last,
        });
        Ok(views.collect())
    }

    /// Removes a schedule. Its flows stay. Returns whether there was one.
    ///
    /// # Errors
    /// [`FlowError::Store`].
    pub fn unschedule(&mut self, name: &FlowId) -> Result<bool, FlowError> {
        Ok(self.store.remove_schedule(name)?)
    }

    /// Starts the flow of a schedule whose time has come. Returns whether one was started.
    pub(crate) fn fire(
        &mut self,
        stored: &StoredSchedule,
        now: WallTime,
    ) -> Result<bool, FlowError> {
        let calendar = Calendar::new(&stored.cron, &stored.zone)?;
        let time = match stored.missed {
            Missed::All => stored.next,
            // A clock that was put back, or rules of a zone that changed, can have moved it.
            Missed::Latest | Missed::Skip => calendar
                .latest(now)
                .map_or(stored.next, |latest| latest.max(stored.next)),
        };
        let next = calendar.after(time)?;
        let runs = match &stored.last {
            Some(last) if !stored.overlap => {
                let row = self.store.row(last)?;
                row.is_some_and(|row| !row.state.status.is_ended())
            }
            _ => false,
        };
        let is_late = stored.missed == Missed::Skip && now.saturating_sub(time) > TOLERANCE;
        let row = match runs || is_late {
            true => None,
            false => {
                let name = &stored.name;
                let input = self
                    .vault
                    .open_text(name, RecordKind::Schedule, &stored.input)?;
                let id: FlowId = format!("{name}@{}", instant(time)).parse()?;
                Some(self.new_row(stored.program, &id, input, Some(time), None)?)
            }
        };
        let fired = self
            .store
            .fire(&stored.name, stored.next, next, row.as_ref())?;
        Ok(fired && row.is_some())
    }
}

/// How late the flow of a schedule that skips missed times can be.
const TOLERANCE: WallTime = 60_000_000_000;
