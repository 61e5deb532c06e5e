//! The console of a VM on the streams of WASI.

use wasi::io::streams::OutputStream;

/// What the host call `jsvm:console` asks for: a line to standard error if it is a warning, an error
/// or a trace, else to standard output.
pub fn print(level: &str, mut line: String) {
    line.push('\n');
    write(matches!(level, "warn" | "error" | "trace"), line.as_bytes());
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

/// Writes all, as much at once as may be. Nobody is left to be told if it fails.
fn write_all(stream: &OutputStream, bytes: &[u8]) {
    for part in bytes.chunks(4096) {
        if stream.blocking_write_and_flush(part).is_err() {
            return;
        }
    }
}
