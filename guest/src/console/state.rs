//! What `console` remembers: counts, timers and the depth of groups.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::clock;

/// Labels of each kind that are remembered; a script must not fill the memory with them.
const MAX_LABELS: usize = 10_000;

/// Bytes of a label.
const MAX_LABEL: usize = 1_000;

/// Groups whose messages are moved further to the right.
const MAX_GROUPS: u32 = 100;

thread_local! {
    static COUNTS: RefCell<BTreeMap<String, u32>> = const { RefCell::new(BTreeMap::new()) };
    /// Start in milliseconds of the monotonic clock.
    static TIMERS: RefCell<BTreeMap<String, f64>> = const { RefCell::new(BTreeMap::new()) };
    static GROUPS: Cell<u32> = const { Cell::new(0) };
}

/// Remembers a value under a label, unless there are too many.
fn remember<T>(labels: &mut BTreeMap<String, T>, label: &str, value: T) {
    if labels.len() < MAX_LABELS || labels.contains_key(label) {
        labels.insert(label.to_owned(), value);
    }
}

/// A label cut to a reasonable length.
pub fn bounded_label(mut label: String) -> String {
    label.truncate(label.floor_char_boundary(MAX_LABEL));
    label
}

/// Counts a label and says how often it was counted.
pub fn count(label: &str) -> u32 {
    COUNTS.with_borrow_mut(|counts| {
        let count = counts.get(label).map_or(1, |count| count.saturating_add(1));
        remember(counts, label, count);
        count
    })
}

/// Forgets a count. Returns whether there was one.
pub fn reset_count(label: &str) -> bool {
    COUNTS.with_borrow_mut(|counts| counts.remove(label)).is_some()
}

/// Starts a timer. Returns false if it is running already.
pub fn start_timer(label: &str) -> bool {
    TIMERS.with_borrow_mut(|timers| {
        let is_new = !timers.contains_key(label);
        if is_new {
            remember(timers, label, clock::monotonic_milliseconds());
        }
        is_new
    })
}

/// Milliseconds that a timer has run, if there is one. `ends` stops it.
pub fn read_timer(label: &str, ends: bool) -> Option<f64> {
    let start = TIMERS.with_borrow_mut(|timers| {
        if ends {
            timers.remove(label)
        } else {
            timers.get(label).copied()
        }
    })?;
    Some((clock::monotonic_milliseconds() - start).max(0.0))
}

/// Opens a group.
pub fn enter_group() {
    GROUPS.set(GROUPS.get().saturating_add(1));
}

/// Closes a group, if one is open.
pub fn leave_group() {
    GROUPS.set(GROUPS.get().saturating_sub(1));
}

/// Spaces before each line of a message.
pub fn indentation() -> usize {
    2 * GROUPS.get().min(MAX_GROUPS) as usize
}

/// A duration in the unit that suits it: `1.5ms`, `2.000s`, `1:02.500 (m:ss.mmm)`.
pub fn duration_text(milliseconds: f64) -> String {
    const SECOND: f64 = 1e3;
    const MINUTE: f64 = 60.0 * SECOND;
    const HOUR: f64 = 60.0 * MINUTE;
    if milliseconds < SECOND {
        let rounded = (milliseconds * 1e3).round() / 1e3;
        return format!("{rounded}ms");
    }
    let seconds = milliseconds % MINUTE / SECOND;
    if milliseconds < MINUTE {
        return format!("{seconds:.3}s");
    }
    let minutes = (milliseconds % HOUR / MINUTE).floor();
    let hours = (milliseconds / HOUR).floor();
    if hours > 0.0 {
        format!("{hours}:{minutes:02}:{seconds:06.3} (h:mm:ss.mmm)")
    } else {
        format!("{minutes}:{seconds:06.3} (m:ss.mmm)")
    }
}
