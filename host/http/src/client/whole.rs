//! Requests whose responses are read whole, without an event loop.

use jsvm::{Bytes, Data, HostError};

use super::{Client, FetchBody, FetchRequest, FetchResponse, FetchResponseBody};

/// A request for [`Client::fetch_whole`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeRequest {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// The header fields: names in lower case, and a character for each byte of the values.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Option<Vec<u8>>,
    /// Whether content codings of the response's body are removed.
    pub decode: bool,
}

impl Client {
    /// Carries out a [`FETCH`](crate::FETCH) request, and reads the body of the response. For embedders
    /// that settle the request themselves, without an [`EventLoop`](jsvm::EventLoop).
    ///
    /// # Errors
    /// The reason to reject the request with: the filter or the rules refuse it, the peer fails, or the
    /// body has more than `max_body` bytes.
    pub async fn fetch_whole(
        &self,
        request: WholeRequest,
        max_body: usize,
    ) -> Result<Data, HostError> {
        let url = request.url.clone();
        let prepared = self.prepare(FetchRequest {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body.map(|body| FetchBody::Whole(Bytes(body))),
            decode: request.decode,
        })?;
        let (head, chunks) = prepared.exchange().await?;
        let body = match chunks {
            None => None,
            Some(mut chunks) => {
                let mut all = Vec::new();
                while let Some(bytes) = chunks.chunk().await? {
                    if all.len() + bytes.len() > max_body {
                        return Err(HostError::range_error(format!(
                            "the response of {url} has more than {max_body} bytes, which is the limit here"
                        )));
                    }
                    all.extend_from_slice(&bytes);
                }
                Some(FetchResponseBody::Whole(Bytes(all)))
            }
        };
        Ok(Data::of(&FetchResponse { body, ..head })?)
    }
}
