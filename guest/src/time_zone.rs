//! Local time.
#![allow(unsafe_code)]

use std::cell::RefCell;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::bindings::exports::jsvm::engine::realm::TimeZoneName;

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

/// Seconds since 1970-01-01T00:00:00Z as a moment; what is beyond the year 9999 counts as its end,
/// and so on.
fn timestamp(seconds: i64) -> Timestamp {
    let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Seconds that local time is ahead of UTC at a moment, in seconds since 1970-01-01T00:00:00Z. The
/// engine calls this because of `guest/engine/patches/04-local-time.patch`.
#[unsafe(no_mangle)]
extern "C" fn jsvm_seconds_ahead_at(seconds: i64) -> i32 {
    ZONE.with_borrow(|zone| match zone {
        Zone::Fixed(minutes) => i32::from(*minutes) * 60,
        Zone::Rules { rules, .. } => rules.to_offset(timestamp(seconds)).seconds(),
    })
}

/// The same for local time, in milliseconds since what local time calls 1970-01-01T00:00:00. As
/// ECMAScript has it, of a time that comes twice the first is meant, and a time that clocks leave
/// out is as far after the change as they are put forward.
#[unsafe(no_mangle)]
extern "C" fn jsvm_seconds_ahead_at_local(milliseconds: i64) -> i32 {
    ZONE.with_borrow(|zone| match zone {
        Zone::Fixed(minutes) => i32::from(*minutes) * 60,
        Zone::Rules { rules, .. } => {
            let local = timestamp(milliseconds.div_euclid(1000));
            let shown = TimeZone::UTC.to_datetime(local);
            let moment = rules.to_ambiguous_timestamp(shown).compatible();
            let ahead = moment.map(|moment| local.as_second() - moment.as_second());
            ahead.map_or_else(
                |_| rules.to_offset(local).seconds(),
                |ahead| i32::try_from(ahead).unwrap_or(0),
            )
        }
    })
}
