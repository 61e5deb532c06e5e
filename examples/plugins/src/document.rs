//! What passes through the pipeline.

use serde::{Deserialize, Serialize};

/// A document, as `wit/plugin.wit` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The text itself.
    pub text: String,
    /// What plugins have found out about it.
    pub tags: Vec<String>,
}
