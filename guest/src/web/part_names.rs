//! The names of the parts, and those that each has in the global object. The build reads them, too.

/// Names of scripts in `guest/web` and of npm packages, and of properties of the global object.
pub const PARTS: &[(&str, &[&str])] = &[
    ("idl", &[]),
    ("events", &["Event", "EventTarget", "CustomEvent"]),
    ("abort", &["AbortController", "AbortSignal"]),
    ("encoding", &["TextEncoder", "TextDecoder"]),
    ("url", &["URL", "URLSearchParams"]),
    ("crypto", &["crypto", "Crypto", "SubtleCrypto"]),
    (
        "performance",
        &[
            "performance",
            "Performance",
            "PerformanceEntry",
            "PerformanceMark",
            "PerformanceMeasure",
        ],
    ),
    ("headers", &["Headers"]),
    ("blob", &["Blob", "File"]),
    ("form-data", &["FormData"]),
    ("body", &[]),
    ("request", &["Request"]),
    ("response", &["Response"]),
    ("fetch", &[]),
    ("http", &[]),
    (
        "messaging",
        &["MessageChannel", "MessagePort", "MessageEvent"],
    ),
    (
        "streams",
        &[
            "ReadableStream",
            "ReadableStreamDefaultReader",
            "ReadableStreamBYOBReader",
            "ReadableStreamDefaultController",
            "ReadableByteStreamController",
            "ReadableStreamBYOBRequest",
            "WritableStream",
            "WritableStreamDefaultWriter",
            "WritableStreamDefaultController",
            "TransformStream",
            "TransformStreamDefaultController",
            "ByteLengthQueuingStrategy",
            "CountQueuingStrategy",
            "TextEncoderStream",
            "TextDecoderStream",
        ],
    ),
    ("compression", &["CompressionStream", "DecompressionStream"]),
    ("coding", &[]),
    ("locale", &[]),
    ("locale-date", &[]),
    ("navigator", &["navigator", "Navigator"]),
    ("web-streams-polyfill", &[]),
];

/// Parts that others need only when a script uses one of these properties.
#[allow(dead_code, reason = "the build reads it")]
pub const LATER: &[(&str, &[&str])] = &[
    ("blob", &["blob"]),
    ("form-data", &["formData"]),
    ("streams", &["body", "clone", "stream"]),
    ("locale", &["toLocaleString"]),
    (
        "locale-date",
        &["toLocaleString", "toLocaleDateString", "toLocaleTimeString"],
    ),
];
