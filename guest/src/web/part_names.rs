//! The names of the parts, and those that each has in the global object. The build reads them, too.

/// Names of scripts in `guest/web` and of npm packages, and of properties of the global object.
pub const PARTS: &[(&str, &[&str])] = &[
    ("idl", &[]),
    ("events", &["Event", "EventTarget", "CustomEvent"]),
    ("abort", &["AbortController", "AbortSignal"]),
    ("encoding", &["TextEncoder", "TextDecoder"]),
    ("url", &["URL", "URLSearchParams"]),
    ("crypto", &["crypto", "Crypto"]),
    ("subtle", &["SubtleCrypto", "CryptoKey"]),
    ("subtle-params", &[]),
    ("subtle-keys", &[]),
    ("subtle-agreement", &[]),
    ("subtle-secret", &[]),
    ("subtle-ec", &[]),
    ("subtle-okp", &[]),
    ("subtle-448", &[]),
    ("subtle-rsa", &[]),
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

/// Parts that others need only when a script uses one of these properties, or has one of these words.
#[allow(dead_code, reason = "the build reads it")]
pub const LATER: &[(&str, &[&str])] = &[
    ("blob", &["blob"]),
    ("form-data", &["formData"]),
    ("streams", &["body", "clone", "stream"]),
    ("subtle", &["subtle"]),
    (
        "subtle-secret",
        &["importKey", "generateKey", "unwrapKey", "deriveKey"],
    ),
    ("subtle-ec", &["ECDSA", "ECDH", "ES256", "ES384", "ES512"]),
    ("subtle-okp", &["Ed25519", "EdDSA", "X25519"]),
    ("subtle-448", &["Ed448", "X448"]),
    (
        "subtle-rsa",
        &[
            "RSA", "RSASSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
        ],
    ),
    ("locale", &["toLocaleString"]),
    (
        "locale-date",
        &["toLocaleString", "toLocaleDateString", "toLocaleTimeString"],
    ),
];
