//! Headers of the connection, which belong to the client.

use reqwest::header::{self, HeaderMap, HeaderName};

/// Headers that say where a request ends, or how the connection goes on. A script's own would
/// contradict what is sent: the next request on the connection would be taken for a body, or the
/// end of a body for a request.
///
/// `host` is one of them: a server with several hosts on one address would otherwise serve another
/// host than the one that was checked.
const FRAMING: [HeaderName; 11] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    HeaderName::from_static("http2-settings"),
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Removes headers of the connection, and those that a `connection` header names.
pub fn drop_framing(headers: &mut HeaderMap) {
    let named = headers.get_all(header::CONNECTION).iter();
    let named = named.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let named = named.filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok());
    let named: Vec<_> = named.collect();
    for name in FRAMING.iter().chain(&named) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::header_map;

    #[test]
    fn headers_of_the_connection_are_dropped() {
        let of = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()));
            header_map(pairs.collect())
        };
        let mut headers = of(&[
            ("Connection", "close, X-Hop"),
            ("connection", " X-Other ,, a b"),
            ("Content-Length", "5"),
            ("Expect", "100-continue"),
            ("Host", "other"),
            ("HTTP2-Settings", "x"),
            ("Keep-Alive", "x"),
            ("Proxy-Connection", "x"),
            ("TE", "trailers"),
            ("Trailer", "x"),
            ("Transfer-Encoding", "chunked"),
            ("Upgrade", "h2c"),
            ("X-Hop", "1"),
            ("X-Other", "1"),
            ("X-Kept", "1"),
        ])
        .unwrap();
        drop_framing(&mut headers);
        assert_eq!(headers, of(&[("x-kept", "1")]).unwrap());
    }

    #[test]
    fn headers_cannot_contain_other_headers() {
        for (name, value) in [
            ("a\r\nb", "1"),
            ("a b", "1"),
            ("a:", "1"),
            ("", "1"),
            ("a", "1\r\nb: 2"),
            ("a", "1\n"),
            ("a", "1\0"),
        ] {
            assert!(
                header_map(vec![(name.into(), value.into())]).is_err(),
                "{name} {value}"
            );
        }
    }
}
