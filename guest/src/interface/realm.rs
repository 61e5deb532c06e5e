//! The interface `realm`.
use crate::bindings::exports::jsvm::engine::realm::{
    EngineInfo, Guest, Intrinsics, TimeZone, TimeZoneName, TimeZoneRules,
};
use crate::error::Result;
use crate::js::{self, Thrown};
use crate::{limits, removal, snapshot, time_zone};

impl Guest for crate::Guest {
    fn remove_intrinsics(which: Intrinsics) -> Result<()> {
        Ok(removal::remove(which)?)
    }

    fn set_time_zone(zone: TimeZone) -> Result<()> {
        let (is_possible, why_not) = match zone {
            TimeZone::Fixed(minutes) => (
                time_zone::set_fixed(minutes),
                "local time is less than a day from UTC",
            ),
            TimeZone::Rules(TimeZoneRules { name, tzif }) => (
                time_zone::set_rules(name, &tzif),
                "the rules of the time zone are not TZif",
            ),
        };
        if is_possible {
            Ok(())
        } else {
            Err(Thrown::range_error(why_not).into())
        }
    }

    fn get_time_zone() -> TimeZoneName {
        time_zone::name()
    }

    fn get_engine_info() -> EngineInfo {
        EngineInfo {
            wit_version: env!("JSVM_WIT_VERSION").to_owned(),
            engine_name: "quickjs-ng".to_owned(),
            engine_version: js::version(),
            stack_limit: limits::MAX_STACK,
            image_start: snapshot::START as u64,
            parts: Vec::new(),
        }
    }
}
