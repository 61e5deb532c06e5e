//! Environment variables that a program read without the permission.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::command::{escape, output};

/// The names, of this process: it ends with its program, in many ways.
static DENIED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The maximum number of names in the note.
const MAX_LISTED: usize = 16;

/// Remembers a variable that is set, and that the program may not read.
pub fn note_denied(name: &str) {
    let mut denied = DENIED.lock().unwrap_or_else(PoisonError::into_inner);
    if !denied.contains(name) {
        denied.insert(name.to_owned());
    }
}

/// Prints which variables the program could not read, before the process ends.
pub fn print_denied() {
    let denied = std::mem::take(&mut *DENIED.lock().unwrap_or_else(PoisonError::into_inner));
    if denied.is_empty() {
        return;
    }
    let names: Vec<&str> = denied.iter().take(MAX_LISTED).map(String::as_str).collect();
    let more = match denied.len().saturating_sub(MAX_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (s, names) = (if names.len() == 1 { "" } else { "s" }, names.join(","));
    let note = format!(
        "Note: the program sees no value of the environment variable{s} {}{more}. Allow it with \
         --allow-env={names}",
        names.replace(',', ", ")
    );
    output::print_error(&escape::lines(&note));
}
