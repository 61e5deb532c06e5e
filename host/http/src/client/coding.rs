//! Content codings of responses: what a server compressed is decoded while the VM reads it.

use std::io;
use std::pin::Pin;

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder};
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio_util::io::StreamReader;
use url::Url;

use super::incoming::Chunks;
use jsvm::HostError;
use jsvm_protocol::http::MAX_READ_BYTES;

/// The codings that are asked for, as a header `accept-encoding` lists them.
pub(super) const ACCEPTED: &str = "gzip, deflate, br";

/// The most codings of one response, as in other clients: each takes memory, and can be a bomb.
const MAX_CODINGS: usize = 5;

/// A content coding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
}

/// Returns the codings of a response in the order in which the server applied them. The list is empty if
/// one of them is unknown: then the body stays as it is, by the Fetch Standard.
///
/// # Errors
/// If there are more codings than are decoded.
pub(super) fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, String> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in value.as_bytes().split(|byte| *byte == b',') {
            match name.trim_ascii().to_ascii_lowercase().as_slice() {
                b"gzip" | b"x-gzip" => codings.push(Coding::Gzip),
                b"deflate" => codings.push(Coding::Deflate),
                b"br" => codings.push(Coding::Brotli),
                b"identity" | b"" => {}
                _ => return Ok(Vec::new()),
            }
        }
    }
    if codings.len() > MAX_CODINGS {
        return Err(format!(
            "the response has {} content codings, and at most {MAX_CODINGS} are decoded",
            codings.len()
        ));
    }
    Ok(codings)
}

type Reader = Pin<Box<dyn AsyncBufRead + Send>>;

/// A body without its content codings.
pub(super) struct DecodedBody {
    reader: Reader,
    /// The codings for which there is no decoder yet, the first to be removed last.
    left: Vec<Coding>,
    url: Url,
}

/// An error of the connection, on its way through the decoders.
#[derive(Debug, thiserror::Error)]
#[error("the connection failed")]
struct ConnectionError(HostError);

impl DecodedBody {
    /// Removes codings from a body.
    pub fn new(body: impl Chunks + 'static, codings: Vec<Coding>, url: Url) -> Self {
        let chunks = stream::unfold(body, |mut body| async move {
            let chunk = body.chunk().await.transpose()?;
            let chunk = chunk.map_err(|error| io::Error::other(ConnectionError(error)));
            Some((chunk, body))
        });
        DecodedBody {
            reader: Box::pin(StreamReader::new(Box::pin(chunks))),
            left: codings,
            url,
        }
    }

    /// Creates the decoders that are missing. No bytes are lost if the future is dropped.
    async fn open(&mut self) -> io::Result<()> {
        while let Some(coding) = self.left.last().copied() {
            let Some(first) = self.reader.fill_buf().await?.first().copied() else {
                // Without bytes there is nothing to decode.
                self.left.clear();
                break;
            };
            self.left.pop();
            let reader = std::mem::replace(&mut self.reader, Box::pin(tokio::io::empty()));
            self.reader = match coding {
                Coding::Gzip => {
                    let mut decoder = GzipDecoder::new(reader);
                    decoder.multiple_members(true);
                    buffered(decoder)
                }
                // Some servers mean raw data by it, and every browser accepts that.
                Coding::Deflate if first & 0x8f == 8 => buffered(ZlibDecoder::new(reader)),
                Coding::Deflate => buffered(DeflateDecoder::new(reader)),
                Coding::Brotli => buffered(BrotliDecoder::new(reader)),
            };
        }
        Ok(())
    }

    async fn read(&mut self) -> io::Result<Option<bytes::Bytes>> {
        self.open().await?;
        let mut chunk = bytes::BytesMut::with_capacity(MAX_READ_BYTES);
        let read = self.reader.read_buf(&mut chunk).await?;
        Ok((read > 0).then(|| chunk.freeze()))
    }
}

fn buffered(decoder: impl AsyncRead + Send + 'static) -> Reader {
    Box::pin(BufReader::new(decoder))
}

impl Chunks for DecodedBody {
    fn chunk(&mut self) -> BoxFuture<'_, Result<Option<bytes::Bytes>, HostError>> {
        async {
            self.read().await.map_err(|error| {
                let reason = error.to_string();
                match error.downcast::<ConnectionError>() {
                    Ok(ConnectionError(error)) => error,
                    Err(_) => HostError::type_error(format!(
                        "fetch of {} failed: the body is not encoded as its header \
                         content-encoding says: {reason}",
                        self.url
                    )),
                }
            })
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn of(values: &[&'static str]) -> Result<Vec<Coding>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
        }
        codings(&headers)
    }

    #[test]
    fn codings_are_read_from_headers() {
        assert_eq!(of(&[]), Ok(vec![]));
        assert_eq!(of(&["GZip"]), Ok(vec![Coding::Gzip]));
        let both = vec![Coding::Deflate, Coding::Brotli];
        assert_eq!(of(&["deflate , identity", "br"]), Ok(both));
        assert_eq!(of(&["gzip, zstd"]), Ok(vec![]));
        assert!(of(&["gzip,gzip,gzip", "gzip,gzip,gzip"]).is_err());
    }

    struct Pieces(Vec<&'static [u8]>);

    impl Chunks for Pieces {
        fn chunk(&mut self) -> BoxFuture<'_, Result<Option<bytes::Bytes>, HostError>> {
            let next = (!self.0.is_empty()).then(|| self.0.remove(0));
            async move { Ok(next.map(bytes::Bytes::from_static)) }.boxed()
        }
    }

    #[tokio::test]
    async fn bodies_are_decoded() {
        const RAW: &[u8] = &[0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
        const ZLIB: &[u8] = b"\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15";
        let url = || Url::parse("http://a.test/").unwrap();
        let read = async |pieces: Vec<&'static [u8]>, codings| {
            let mut body = DecodedBody::new(Pieces(pieces), codings, url());
            let mut all = Vec::new();
            loop {
                match body.chunk().await {
                    Ok(Some(bytes)) => all.extend_from_slice(&bytes),
                    Ok(None) => return Ok(String::from_utf8(all).unwrap()),
                    Err(error) => return Err(format!("{error:?}")),
                }
            }
        };
        for form in [RAW, ZLIB] {
            assert_eq!(
                read(vec![form], vec![Coding::Deflate]).await.unwrap(),
                "hello"
            );
            let (one, two) = form.split_at(3);
            assert_eq!(
                read(vec![one, two], vec![Coding::Deflate]).await.unwrap(),
                "hello"
            );
            let error = read(vec![one], vec![Coding::Deflate]).await.unwrap_err();
            assert!(error.contains("content-encoding"), "{error}");
        }
        assert_eq!(read(vec![], vec![Coding::Gzip]).await.unwrap(), "");
    }
}
