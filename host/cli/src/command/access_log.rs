//! Formats the log of a server.

use std::time::{Duration, SystemTime};

use clap::ValueEnum;
use jsvm_http::{Access, Event};
use serde_json::json;

use super::{escape, output};

/// The format of the log.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// Lines of text
    Text,
    /// One JSON object per line
    Json,
}

/// Returns the function that prints events.
pub fn printer(format: LogFormat) -> impl Fn(&Event<'_>) + Send + Sync {
    move |event| {
        let line = match format {
            // Methods, paths and errors come from clients and programs.
            LogFormat::Text => text(event).map(|line| escape::one_line(&line).into_owned()),
            LogFormat::Json => object(event),
        };
        match (line, format) {
            (Some(line), LogFormat::Text) => output::print_error(&line),
            (Some(line), LogFormat::Json) => output::print_log(&line),
            (None, _) => {}
        }
    }
}

fn text(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Access(access) => {
            let Access {
                method,
                path,
                remote,
                bytes,
                ..
            } = access;
            let status = access.status;
            let status = status.map_or_else(|| "-".to_owned(), |status| status.to_string());
            let ms = milliseconds(access.time);
            let cut = if access.complete { "" } else { ", cut off" };
            Some(format!(
                "{remote} {method} {path} {status} {bytes} bytes {ms} ms{cut}"
            ))
        }
        Event::HandlerFailed { request, text } => Some(format!("jsvm: request {request}: {text}")),
        _ => None,
    }
}

fn object(event: &Event<'_>) -> Option<String> {
    let now = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
    let object = match event {
        Event::Access(access) => json!({
            "time": now,
            "event": "request",
            "request": access.request,
            "method": access.method,
            "path": access.path,
            "remote": access.remote,
            "status": access.status,
            "bytes": access.bytes,
            "complete": access.complete,
            "ms": milliseconds(access.time),
        }),
        Event::HandlerFailed { request, text } => json!({
            "time": now,
            "event": "failed",
            "request": request,
            "text": text,
        }),
        _ => return None,
    };
    Some(object.to_string())
}

/// Milliseconds, rounded to three decimals.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
