//! Local time.
#![allow(unsafe_code)]

use std::cell::RefCell;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::bindings::exports::jsvm::engine::vm::TimeZoneName;

/// Minutes that are less than a day.
const MINUTES: std::ops::Range<i16> = -1439..1440;

enum Zone {
    /// Minutes ahead of UTC.
    Fixed(i16),
    Rules {
        name: String,
        rules: TimeZone,
    },
}

thread_local! {
    static ZONE: RefCell<Zone> = const { RefCell::new(Zone::Fixed(0)) };
}

/// Sets a fixed number of minutes ahead of UTC. Returns whether that is possible.
pub fn set_fixed(minutes: i16) -> bool {
    let is_possible = MINUTES.contains(&minutes);
    if is_possible {
        ZONE.set(Zone::Fixed(minutes));
    }
    is_possible
}

/// Sets rules in the format TZif. Returns whether they are.
pub fn set_rules(name: String, tzif: &[u8]) -> bool {
    let rules = TimeZone::tzif(&name, tzif);
    let is_possible = rules.is_ok();
    if let Ok(rules) = rules {
        ZONE.set(Zone::Rules { name, rules });
    }
    is_possible
}

/// How the zone is called.
pub fn name() -> TimeZoneName {
    ZONE.with_borrow(|zone| match zone {
        Zone::Fixed(minutes) => TimeZoneName::Fixed(*minutes),
        Zone::Rules { name, .. } => TimeZoneName::Rules(name.clone()),
    })
}

/// Seconds that local time is ahead of UTC at a moment, in seconds since 1970-01-01T00:00:00Z.
fn offset(moment: i64) -> i32 {
    ZONE.with_borrow(|zone| match zone {
        Zone::Fixed(minutes) => i32::from(*minutes) * 60,
        Zone::Rules { rules, .. } => {
            let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
            let moment = Timestamp::from_second(moment.clamp(first, last));
            let offset = moment.map_or(Offset::UTC, |moment| rules.to_offset(moment));
            offset.seconds()
        }
    })
}

/// The C library's `struct tm`, of which the engine reads one field.
#[repr(C)]
struct Tm {
    /// `tm_sec` to `tm_isdst`.
    fields: [i32; 9],
    /// Seconds ahead of UTC.
    gmtoff: i32,
    /// Name of the zone, and what else there may be.
    rest: [i32; 2],
}

/// What the engine calls in place of `localtime_r`: the linker is told so in `build.rs`.
///
/// # Safety
/// As `localtime_r`.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_localtime_r(time: *const i64, result: *mut Tm) -> *mut Tm {
    // SAFETY: the caller passes a time and room for the result.
    unsafe {
        result.write(Tm {
            fields: [0; 9],
            gmtoff: offset(time.read()),
            rest: [0; 2],
        });
    }
    result
}
