//! What the pipeline knows of a plugin.

use crate::document::Document;

/// A plugin that is loaded.
pub trait Plugin {
    /// What becomes of a document: nothing, if it goes no further.
    fn transform(&mut self, document: &Document) -> Result<Option<Document>, Failure>;
}

/// What a plugin did wrong. The document goes on to the next one.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It cannot do this document. The next one may be another matter.
    #[error("{0}")]
    Document(String),
    /// It used more than it may, or does not work at all: it would cost every document as much.
    #[error("{0}; it is put aside until its file changes")]
    Plugin(String),
}

/// Prints what a plugin says, or what is to be said about it.
pub fn tell(name: &str, text: &str) {
    eprintln!("{name}: {text}");
}
