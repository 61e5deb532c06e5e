//! The options of `jsvm test`, which the test runner of Node.js reads.

use std::sync::OnceLock;

use jsvm::{Data, HostError};

use crate::command::test::TestOptions;

static OPTIONS: OnceLock<TestOptions> = OnceLock::new();

/// Sets the options of this process.
pub fn set(options: TestOptions) {
    OPTIONS.get_or_init(|| options);
}

/// Returns the options as an object by their names, or nothing if this is no `jsvm test`.
pub fn get() -> Result<Data, HostError> {
    Ok(Data::of(&OPTIONS.get())?)
}
