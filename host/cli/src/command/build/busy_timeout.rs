//! The value of `--busy-timeout`.

use std::str::FromStr;
use std::time::Duration;

use super::super::options::duration;
use super::super::usage::Usage;

/// The time for which a built file may compute without a pause.
#[derive(Clone, Copy, Debug)]
pub struct BusyTimeout(Option<Duration>);

impl BusyTimeout {
    /// No limit.
    pub const OFF: Self = BusyTimeout(None);
    /// The default of servers: few hosts stop an endless loop.
    pub const SERVER: Self = BusyTimeout(Some(Duration::from_secs(5)));

    /// The limit, if there is one.
    pub fn duration(self) -> Option<Duration> {
        self.0
    }
}

impl FromStr for BusyTimeout {
    type Err = Usage;

    fn from_str(text: &str) -> Result<Self, Usage> {
        match text {
            "off" => Ok(Self::OFF),
            text => match duration(text) {
                Ok(limit) if limit >= Duration::from_millis(1) => Ok(BusyTimeout(Some(limit))),
                Ok(_) => Err(Usage("expected at least 1ms, or off".into())),
                Err(error) => Err(error),
            },
        }
    }
}
