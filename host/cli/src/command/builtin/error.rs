//! Errors as in Node.js, with a `code`.

use std::io::{self, ErrorKind};

use jsvm::data::{DataBuilder, ErrorData, Node};
use jsvm::{ErrorClass, HostError};

use crate::command::reason::reason;

/// Creates an `Error` with a name and a code.
pub fn coded(name: &str, message: &str, code: &str) -> HostError {
    error(Some(name), message, &[("code", code)])
}

/// Creates the error of a failed system call, as Node.js words it.
pub fn system(error_of: &io::Error, call: &str, path: &str) -> HostError {
    let (code, text) = match error_of.kind() {
        ErrorKind::NotFound => ("ENOENT", "no such file or directory".to_owned()),
        ErrorKind::IsADirectory => ("EISDIR", "illegal operation on a directory".to_owned()),
        ErrorKind::NotADirectory => ("ENOTDIR", "not a directory".to_owned()),
        ErrorKind::PermissionDenied => ("EACCES", "permission denied".to_owned()),
        ErrorKind::InvalidFilename => ("ENAMETOOLONG", "name too long".to_owned()),
        ErrorKind::FileTooLarge => ("EFBIG", "file too large".to_owned()),
        ErrorKind::Unsupported => ("ENOTSUP", "not a regular file".to_owned()),
        _ => ("EIO", reason(error_of)),
    };
    let message = format!("{code}: {text}, {call} '{path}'");
    let properties = [("code", code), ("syscall", call), ("path", path)];
    error(None, &message, &properties)
}

fn error(name: Option<&str>, message: &str, properties: &[(&str, &str)]) -> HostError {
    let mut data = DataBuilder::new();
    let root = data.reserve();
    let all = [("message", message)].into_iter();
    let properties = all.chain(properties.iter().copied());
    let properties = properties
        .map(|(key, text)| (key.to_owned(), data.push(Node::Text(text.to_owned()))))
        .collect();
    let error = ErrorData {
        class: ErrorClass::Error,
        name: name.map(str::to_owned),
        properties,
    };
    data.fill(root, Node::Error(error));
    HostError::value(data.finish())
}
