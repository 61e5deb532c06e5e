//! Errors as in Node.js, with a `code`.

use std::io::{self, ErrorKind};

use jsvm::data::{DataBuilder, ErrorData, Node};
use jsvm::{ErrorClass, HostError};

use crate::command::reason::reason;

/// Creates an `Error` with a name and a code.
pub fn coded(name: &str, message: &str, code: &str) -> HostError {
    error(Some(name), message, None, &[("code", code)])
}

/// Creates the error of an access that the user has not allowed, with the name of the permission as in Node.js.
pub fn access_denied(message: &str, permission: &str, resource: &str) -> HostError {
    let properties = [
        ("code", "ERR_ACCESS_DENIED"),
        ("permission", permission),
        ("resource", resource),
    ];
    error(Some("PermissionDenied"), message, None, &properties)
}

/// Creates the error of a failed system call, as Node.js words it.
pub fn system(error_of: &io::Error, call: &str, path: &str) -> HostError {
    system_pair(error_of, call, path, "")
}

/// As [`system`], of a call with two paths. An empty path is not shown.
pub fn system_pair(error_of: &io::Error, call: &str, path: &str, dest: &str) -> HostError {
    let SystemError { code, text, number } = describe(error_of);
    let mut message = format!("{code}: {text}, {call}");
    let mut properties = vec![("code", code), ("syscall", call)];
    if !path.is_empty() {
        message += &format!(" '{path}'");
        properties.push(("path", path));
    }
    if !dest.is_empty() {
        message += &format!(" -> '{dest}'");
        properties.push(("dest", dest));
    }
    error(None, &message, Some(number), &properties)
}

/// Creates the error of a failed call that is not one of the file system.
pub fn error_of_call(error_of: &io::Error, call: &str) -> HostError {
    let SystemError { code, number, .. } = describe(error_of);
    let properties = [("code", code), ("syscall", call)];
    error(None, &format!("{call} {code}"), Some(number), &properties)
}

/// An error of the system, as Node.js describes it.
pub struct SystemError {
    pub code: &'static str,
    pub text: String,
    /// The negative number of the error on Linux, so that it is the same on every system.
    pub number: i32,
}

/// Describes an error of the system as libuv does.
pub fn describe(error: &io::Error) -> SystemError {
    let from_number = error.raw_os_error().and_then(by_number);
    let (code, text, number) = match (error.kind(), from_number) {
        (ErrorKind::Unsupported, None) => ("ENOTSUP", "not a regular file", 95),
        (_, Some(known)) => known,
        (kind, None) => match by_kind(kind) {
            Some(known) => known,
            None => {
                return SystemError {
                    code: "EIO",
                    text: reason(error),
                    number: -5,
                };
            }
        },
    };
    SystemError {
        code,
        text: text.to_owned(),
        number: -number,
    }
}

type Known = (&'static str, &'static str, i32);

fn by_kind(kind: ErrorKind) -> Option<Known> {
    let code = match kind {
        ErrorKind::NotFound => "ENOENT",
        ErrorKind::AlreadyExists => "EEXIST",
        ErrorKind::IsADirectory => "EISDIR",
        ErrorKind::NotADirectory => "ENOTDIR",
        ErrorKind::DirectoryNotEmpty => "ENOTEMPTY",
        ErrorKind::PermissionDenied => "EACCES",
        ErrorKind::InvalidFilename => "ENAMETOOLONG",
        ErrorKind::FileTooLarge => "EFBIG",
        ErrorKind::StorageFull => "ENOSPC",
        ErrorKind::ReadOnlyFilesystem => "EROFS",
        ErrorKind::InvalidInput => "EINVAL",
        ErrorKind::CrossesDevices => "EXDEV",
        ErrorKind::StaleNetworkFileHandle => "ESTALE",
        ErrorKind::TimedOut => "ETIMEDOUT",
        ErrorKind::ConnectionRefused => "ECONNREFUSED",
        ErrorKind::ConnectionReset => "ECONNRESET",
        ErrorKind::ConnectionAborted => "ECONNABORTED",
        ErrorKind::NotConnected => "ENOTCONN",
        ErrorKind::AddrInUse => "EADDRINUSE",
        ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
        ErrorKind::BrokenPipe => "EPIPE",
        ErrorKind::HostUnreachable => "EHOSTUNREACH",
        ErrorKind::NetworkUnreachable => "ENETUNREACH",
        _ => return None,
    };
    KNOWN.iter().find(|known| known.0 == code).copied()
}

/// Finds an error by the number that it has on this system.
#[cfg(unix)]
fn by_number(number: i32) -> Option<Known> {
    use rustix::io::Errno;
    let code = match Errno::from_raw_os_error(number) {
        Errno::PERM => "EPERM",
        Errno::BADF => "EBADF",
        Errno::MFILE => "EMFILE",
        Errno::NFILE => "ENFILE",
        Errno::LOOP => "ELOOP",
        Errno::MLINK => "EMLINK",
        Errno::BUSY => "EBUSY",
        Errno::TXTBSY => "ETXTBSY",
        Errno::NXIO => "ENXIO",
        Errno::NODEV => "ENODEV",
        Errno::NOMEM => "ENOMEM",
        Errno::OPNOTSUPP => "ENOTSUP",
        Errno::NOTSOCK => "ENOTSOCK",
        Errno::OVERFLOW => "EOVERFLOW",
        Errno::DQUOT => "EDQUOT",
        Errno::IO => "EIO",
        number => return by_kind(io::Error::from(number).kind()),
    };
    KNOWN.iter().find(|known| known.0 == code).copied()
}

#[cfg(not(unix))]
fn by_number(_: i32) -> Option<Known> {
    None
}

/// Names of errors, the text of libuv, and the number on Linux.
const KNOWN: [Known; 40] = [
    ("EPERM", "operation not permitted", 1),
    ("ENOENT", "no such file or directory", 2),
    ("EIO", "i/o error", 5),
    ("ENXIO", "no such device or address", 6),
    ("EBADF", "bad file descriptor", 9),
    ("ENOMEM", "not enough memory", 12),
    ("EACCES", "permission denied", 13),
    ("EBUSY", "resource busy or locked", 16),
    ("EEXIST", "file already exists", 17),
    ("EXDEV", "cross-device link not permitted", 18),
    ("ENODEV", "no such device", 19),
    ("ENOTDIR", "not a directory", 20),
    ("EISDIR", "illegal operation on a directory", 21),
    ("EINVAL", "invalid argument", 22),
    ("ENFILE", "file table overflow", 23),
    ("EMFILE", "too many open files", 24),
    ("ETXTBSY", "text file is busy", 26),
    ("EFBIG", "file too large", 27),
    ("ENOSPC", "no space left on device", 28),
    ("EROFS", "read-only file system", 30),
    ("EMLINK", "too many links", 31),
    ("EPIPE", "broken pipe", 32),
    ("ENAMETOOLONG", "name too long", 36),
    ("ENOTEMPTY", "directory not empty", 39),
    ("ELOOP", "too many symbolic links encountered", 40),
    ("EOVERFLOW", "value too large for defined data type", 75),
    ("ENOTSOCK", "socket operation on non-socket", 88),
    ("ENOTSUP", "operation not supported on socket", 95),
    ("EADDRINUSE", "address already in use", 98),
    ("EADDRNOTAVAIL", "address not available", 99),
    ("ENETUNREACH", "network is unreachable", 101),
    ("ECONNABORTED", "software caused connection abort", 103),
    ("ECONNRESET", "connection reset by peer", 104),
    ("ENOTCONN", "socket is not connected", 107),
    ("ETIMEDOUT", "connection timed out", 110),
    ("ECONNREFUSED", "connection refused", 111),
    ("EHOSTUNREACH", "host is unreachable", 113),
    (
        "ESTALE",
        "the file has changed, or the handle is of another process",
        116,
    ),
    ("EDQUOT", "disk quota exceeded", 122),
    ("ECANCELED", "operation canceled", 125),
];

fn error(
    name: Option<&str>,
    message: &str,
    number: Option<i32>,
    properties: &[(&str, &str)],
) -> HostError {
    let mut data = DataBuilder::new();
    let root = data.reserve();
    let all = [("message", message)].into_iter();
    let properties = all.chain(properties.iter().copied());
    let mut properties: Vec<_> = properties
        .map(|(key, text)| (key.to_owned(), data.push(Node::Text(text.to_owned()))))
        .collect();
    if let Some(number) = number {
        let number = data.push(Node::Number(number.into()));
        properties.insert(1, ("errno".to_owned(), number));
    }
    let error = ErrorData {
        class: ErrorClass::Error,
        name: name.map(str::to_owned),
        properties: properties.into_iter().collect(),
    };
    data.fill(root, Node::Error(error));
    HostError::value(data.finish())
}
