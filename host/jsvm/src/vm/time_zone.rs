//! Local time of a VM.

use super::Vm;
use crate::bindings::wit;
use crate::error::Error;
use crate::time_zone::{TimeZone, offset};

/// Local time.
impl Vm {
    /// Sets what local time is from now on, for dates that are there already, too.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `RangeError` if its rules are no TZif.
    pub fn set_time_zone(&self, zone: &TimeZone) -> Result<(), Error> {
        let zone = zone.to_wit();
        self.shared
            .try_enter(|e| e.vm.realm().call_set_time_zone(e.store, &zone))
    }

    /// Name of the zone of local time, or its offset as in `+01:00`.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn time_zone_name(&self) -> Result<String, Error> {
        let name = self
            .shared
            .enter(|e| e.vm.realm().call_get_time_zone(e.store))?;
        Ok(match name {
            wit::TimeZoneName::Fixed(minutes) => offset(minutes),
            wit::TimeZoneName::Rules(name) => name,
        })
    }
}
