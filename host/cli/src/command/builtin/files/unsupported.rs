//! Systems whose files cannot be opened without following links.

use jsvm::HostError;

use super::arguments::Args;
use super::{Done, FileCalls};

impl FileCalls {
    pub(super) fn perform(&self, operation: &str, _: &mut Args) -> Done {
        let message =
            format!("fs.{operation} needs a Unix system: elsewhere jsvm only reads whole files");
        Err(HostError::type_error(message).into())
    }
}
