//! When a schedule starts flows: cron expressions and time zones.

use std::str::FromStr;

use croner::Cron;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::error::FlowError;
use crate::model::WallTime;

/// A cron expression in a time zone.
///
/// Times of the wall clock that do not exist when a clock is put forward are moved to the time after the gap, and
/// those that come twice when a clock is put back occur once for expressions with a fixed time.
pub(crate) struct Calendar {
    cron: Cron,
    zone: TimeZone,
}

impl Calendar {
    /// Reads a cron expression and the IANA name of a time zone.
    ///
    /// # Errors
    /// [`FlowError::Schedule`].
    pub(crate) fn new(cron: &str, zone: &str) -> Result<Self, FlowError> {
        let parsed = Cron::from_str(cron).map_err(|error| {
            FlowError::Schedule(format!(
                "{cron:?} is not a cron expression: {error} Write five fields: minute, hour, day of the month, month, \
                 day of the week; or six, with the second before them"
            ))
        })?;
        let zone = TimeZone::get(zone).map_err(|_| {
            FlowError::Schedule(format!(
                "{zone:?} is not a time zone: use a name of the IANA, such as Europe/Berlin or UTC"
            ))
        })?;
        Ok(Calendar { cron: parsed, zone })
    }

    /// Returns the first time after a time.
    ///
    /// # Errors
    /// [`FlowError::Schedule`] if there is none.
    pub(crate) fn after(&self, time: WallTime) -> Result<WallTime, FlowError> {
        let found = self.cron.find_next_occurrence(&self.zoned(time)?, false);
        let found = found.map_err(|_| {
            let cron = self.cron.as_str();
            FlowError::Schedule(format!(
                "the cron expression {cron:?} matches no further time"
            ))
        })?;
        Ok(wall_time(&found))
    }

    /// Returns the last time that is not after a time, if there is one.
    pub(crate) fn latest(&self, time: WallTime) -> Option<WallTime> {
        let time = self.zoned(time).ok()?;
        let found = self.cron.find_previous_occurrence(&time, true).ok()?;
        Some(wall_time(&found))
    }

    fn zoned(&self, time: WallTime) -> Result<Zoned, FlowError> {
        let timestamp = Timestamp::from_nanosecond(time.into())
            .map_err(|error| FlowError::Schedule(error.to_string()))?;
        Ok(timestamp.to_zoned(self.zone.clone()))
    }
}

fn wall_time(time: &Zoned) -> WallTime {
    WallTime::try_from(time.timestamp().as_nanosecond()).unwrap_or(0)
}

/// Formats a time as it is part of the id of a flow: `2027-03-01T08:00:00Z`.
pub(crate) fn instant(time: WallTime) -> String {
    let seconds = i64::try_from(time / 1_000_000_000).unwrap_or(0);
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(text: &str) -> WallTime {
        let time: Timestamp = text.parse().unwrap();
        time.as_nanosecond() as WallTime
    }

    #[test]
    fn times_follow_the_clocks_of_the_zone() {
        let nine = Calendar::new("0 9 * * *", "Europe/Berlin").unwrap();
        // The clock is put forward in the night of 28 March 2027.
        assert_eq!(
            nine.after(at("2027-03-27T07:59:59Z")).unwrap(),
            at("2027-03-27T08:00:00Z")
        );
        assert_eq!(
            nine.after(at("2027-03-27T08:00:00Z")).unwrap(),
            at("2027-03-28T07:00:00Z")
        );
        assert_eq!(
            nine.latest(at("2027-03-28T06:59:59Z")).unwrap(),
            at("2027-03-27T08:00:00Z")
        );
        assert_eq!(
            nine.latest(at("2027-03-28T07:00:00Z")).unwrap(),
            at("2027-03-28T07:00:00Z")
        );
        // Half past two does not exist on that day, and comes twice on 31 October.
        let gap = Calendar::new("30 2 * * *", "Europe/Berlin").unwrap();
        let found = gap.after(at("2027-03-27T12:00:00Z")).unwrap();
        assert_eq!(instant(found), "2027-03-28T01:00:00Z");
        let twice = gap.after(at("2027-10-30T12:00:00Z")).unwrap();
        assert_eq!(instant(twice), "2027-10-31T00:30:00Z");
        assert_eq!(instant(gap.after(twice).unwrap()), "2027-11-01T01:30:00Z");
    }

    #[test]
    fn bad_input_is_told() {
        let message = |cron, zone| Calendar::new(cron, zone).err().unwrap().to_string();
        assert!(message("every day", "UTC").contains("is not a cron expression"));
        assert!(message("* * * *", "UTC").contains("Write five fields"));
        assert!(message("0 9 * * *", "Berlin").contains("Europe/Berlin"));
        let never = Calendar::new("0 0 30 2 *", "UTC").unwrap();
        assert!(
            never
                .after(0)
                .unwrap_err()
                .to_string()
                .contains("matches no further time")
        );
    }
}
