//! The console of a VM on the standard streams of WASI.

use wasi::io::streams::OutputStream;

/// Prints a line of the interface `console`.
pub fn print(is_error: bool, mut line: String) {
    line.push('\n');
    write(is_error, line.as_bytes());
}

/// Writes to standard error or standard output.
pub fn write(is_error: bool, bytes: &[u8]) {
    let stream = if is_error {
        wasi::cli::stderr::get_stderr()
    } else {
        wasi::cli::stdout::get_stdout()
    };
    write_all(&stream, bytes);
}

/// Writes all bytes. One write takes 4096 at most. A failure cannot be reported anywhere.
fn write_all(stream: &OutputStream, bytes: &[u8]) {
    for part in bytes.chunks(4096) {
        if stream.blocking_write_and_flush(part).is_err() {
            return;
        }
    }
}
