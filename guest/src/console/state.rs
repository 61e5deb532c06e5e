//! What `console` remembers: counts, timers and the depth of groups.

use std::cell::{Cell, RefCell};

use crate::clock;

/// Labels of each kind that are remembered; a script must not fill the memory with them.
const MAX_LABELS: usize = 1_000;

/// Bytes of a label.
const MAX_LABEL: usize = 1_000;

/// Groups whose messages are moved further to the right.
const MAX_GROUPS: u32 = 100;

thread_local! {
    static COUNTS: RefCell<Labels> = const { RefCell::new(Labels(Vec::new())) };
    /// Start in microseconds of the monotonic clock.
    static TIMERS: RefCell<Labels> = const { RefCell::new(Labels(Vec::new())) };
    static GROUPS: Cell<u32> = const { Cell::new(0) };
}

/// Numbers under labels. There are few of them, so they are not indexed.
struct Labels(Vec<(String, u64)>);

impl Labels {
    fn get(&mut self, label: &str) -> Option<&mut u64> {
        let found = self.0.iter_mut().find(|(known, _)| known == label);
        found.map(|(_, value)| value)
    }

    /// Remembers a number under a label that is new, unless there are too many.
    fn add(&mut self, label: &str, value: u64) {
        if self.0.len() < MAX_LABELS {
            self.0.push((label.to_owned(), value));
        }
    }

    fn remove(&mut self, label: &str) -> Option<u64> {
        let position = self.0.iter().position(|(known, _)| known == label)?;
        Some(self.0.swap_remove(position).1)
    }
}

/// A label cut to a reasonable length.
pub fn bounded_label(mut label: String) -> String {
    label.truncate(label.floor_char_boundary(MAX_LABEL));
    label
}

/// Counts a label and says how often it was counted.
pub fn count(label: &str) -> u64 {
    COUNTS.with_borrow_mut(|counts| match counts.get(label) {
        Some(count) => {
            *count += 1;
            *count
        }
        None => {
            counts.add(label, 1);
            1
        }
    })
}

/// Forgets a count. Returns whether there was one.
pub fn reset_count(label: &str) -> bool {
    COUNTS
        .with_borrow_mut(|counts| counts.remove(label))
        .is_some()
}

/// Starts a timer. Returns false if it is running already.
pub fn start_timer(label: &str) -> bool {
    TIMERS.with_borrow_mut(|timers| {
        let is_new = timers.get(label).is_none();
        if is_new {
            timers.add(label, now());
        }
        is_new
    })
}

/// Microseconds that a timer has run, if there is one. `ends` stops it.
pub fn read_timer(label: &str, ends: bool) -> Option<u64> {
    let start = TIMERS.with_borrow_mut(|timers| {
        if ends {
            timers.remove(label)
        } else {
            timers.get(label).copied()
        }
    })?;
    // A VM that was put to sleep may wake up where the clock shows less.
    Some(now().saturating_sub(start))
}

/// Microseconds of the monotonic clock.
fn now() -> u64 {
    (clock::monotonic_milliseconds() * 1e3) as u64
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
pub fn duration_text(microseconds: u64) -> String {
    const SECOND: u64 = 1_000_000;
    if microseconds < SECOND {
        let text = format!("{}.{:03}", microseconds / 1_000, microseconds % 1_000);
        return format!("{}ms", text.trim_end_matches('0').trim_end_matches('.'));
    }
    let milliseconds = (microseconds + 500) / 1_000;
    let (seconds, fraction) = (milliseconds / 1_000, milliseconds % 1_000);
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3_600);
    if seconds < 60 {
        return format!("{seconds}.{fraction:03}s");
    }
    let seconds = seconds % 60;
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}.{fraction:03} (h:mm:ss.mmm)")
    } else {
        format!("{minutes}:{seconds:02}.{fraction:03} (m:ss.mmm)")
    }
}
