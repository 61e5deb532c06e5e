//! The clock of `oxc-browserslist` on WebAssembly, which the transpiler never asks: it has no targets
//! such as "the browsers of the last two years". The real crate would make the component import
//! functions that no host but a browser has.

/// A point in time.
pub struct Date;

impl Date {
    /// Returns the beginning of the epoch.
    pub fn now() -> f64 {
        0.0
    }

    /// Returns the beginning of the epoch.
    pub fn new_0() -> Self {
        Date
    }

    /// Returns the year.
    pub fn get_full_year(&self) -> u32 {
        1970
    }

    /// Returns the month.
    pub fn get_month(&self) -> u32 {
        0
    }

    /// Does nothing. Returns the time of the beginning.
    pub fn set_time(&self, _: f64) -> f64 {
        0.0
    }

    /// Does nothing. Returns the time of the beginning.
    pub fn set_full_year_with_month(&self, _: u32, _: i32) -> f64 {
        0.0
    }
}
