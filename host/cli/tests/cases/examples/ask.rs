//! Asking a program, and looking at what it answers.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use hyper::{HeaderMap, Request};
use tokio::sync::mpsc;
use wasmtime_wasi_http::Error;

use super::case::Asked;
use super::host::{Host, Place};
use crate::run::Begun;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Asks, and compares.
pub async fn ask(host: &Host, asked: &Asked) -> Result<(), Failure> {
    tokio::time::timeout(PATIENCE, compared(host, asked))
        .await
        .map_err(|_| "it takes too long")?
}

async fn compared(host: &Host, asked: &Asked) -> Result<(), Failure> {
    let (pieces, body) = mpsc::channel(1);
    let mut left = asked.send.iter().map(|piece| host.text(piece));
    // A program may read all before it answers.
    let mut sent = left.next().unwrap_or_default();
    if !sent.is_empty() {
        pieces.send(Bytes::from(sent.clone())).await?;
    }
    let mut pieces = (asked.send.len() > 1).then_some(pieces);
    let mut reply = begin(host, asked, Sent(body)).await?;
    let mut body = Vec::new();
    let is_whole = loop {
        // What was sent is there: the next may go.
        if let Some(sender) = &pieces
            && String::from_utf8_lossy(&body).contains(&sent)
        {
            match left.next() {
                Some(piece) => {
                    sent.push_str(&piece);
                    sender.send(Bytes::from(piece)).await?;
                }
                None => pieces = None,
            }
        }
        if let Some(until) = &asked.until
            && String::from_utf8_lossy(&body).contains(&host.text(until))
        {
            break true;
        }
        match reply.next().await {
            Next::Piece(piece) => body.extend_from_slice(&piece),
            Next::End => break true,
            Next::Broken => break false,
        }
    };
    let (status, headers) = (reply.status, reply.headers.clone());
    reply.leave();
    let body = String::from_utf8(body)?;
    let wrong = wrong(host, asked, status, &headers, &body);
    match wrong {
        None if is_whole => Ok(()),
        None => Err(format!("the body breaks off: {body:?}").into()),
        Some(wrong) => Err(format!("{wrong}: {status} {headers:?} {body:?}").into()),
    }
}

/// What is not as it should be.
fn wrong(
    host: &Host,
    asked: &Asked,
    status: u16,
    headers: &HeaderMap,
    body: &str,
) -> Option<String> {
    if status != asked.status {
        return Some(format!("status {} is expected", asked.status));
    }
    for (name, expected) in &asked.has {
        let found = headers.get(name).map(|value| value.as_bytes());
        let expected = expected.as_ref().map(|value| host.text(value));
        if found != expected.as_ref().map(|value| value.as_bytes()) {
            return Some(format!("{name}: {expected:?} is expected"));
        }
    }
    if asked
        .body
        .as_ref()
        .is_some_and(|expected| host.text(expected) != body)
    {
        return Some(format!("{:?} is expected", asked.body));
    }
    let mut rest = body;
    for part in &asked.contains {
        let part = host.text(part);
        match rest.split_once(&part) {
            Some((_, behind)) => rest = behind,
            None => return Some(format!("{part:?} is not there, or not in its place")),
        }
    }
    let lacks = asked.lacks.iter().map(|part| host.text(part));
    let there = lacks.into_iter().find(|part| body.contains(part.as_str()));
    there.map(|part| format!("{part:?} is there"))
}

/// A body that is sent in pieces.
struct Sent(mpsc::Receiver<Bytes>);

impl Body for Sent {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// A response that has begun.
struct Reply {
    status: u16,
    headers: HeaderMap,
    from: From,
}

enum From {
    Socket(reqwest::Response),
    Here(Box<Begun>),
}

enum Next {
    Piece(Bytes),
    End,
    Broken,
}

impl Reply {
    async fn next(&mut self) -> Next {
        match &mut self.from {
            From::Socket(response) => match response.chunk().await {
                Ok(Some(piece)) => Next::Piece(piece),
                Ok(None) => Next::End,
                Err(_) => Next::Broken,
            },
            From::Here(begun) => {
                let Some(response) = &mut begun.response else {
                    return Next::Broken;
                };
                match response.body_mut().frame().await {
                    Some(Ok(frame)) => Next::Piece(frame.into_data().unwrap_or_default()),
                    None => Next::End,
                    Some(Err(_)) => Next::Broken,
                }
            }
        }
    }

    fn leave(self) {
        if let From::Here(begun) = self.from {
            begun.leave();
        }
    }
}

async fn begin(host: &Host, asked: &Asked, body: Sent) -> Result<Reply, Failure> {
    let url = host.origin() + &asked.path;
    let headers = asked.headers.iter();
    let headers = headers.map(|(name, value)| (name, host.text(value)));
    match &host.place {
        Place::Socket(_) => {
            let client = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .build()?;
            let mut request = client.request(asked.method.parse()?, url);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            if !asked.send.is_empty() {
                request = request.body(reqwest::Body::wrap(body));
            }
            let response = request.send().await?;
            Ok(Reply {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                from: From::Socket(response),
            })
        }
        Place::Here(server) => {
            let mut request = Request::builder().method(asked.method.as_str()).uri(url);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            let begun = server.begin(request.body(body)?).await;
            let response = begun.response.as_ref();
            let response = response.ok_or("there is no response")?;
            Ok(Reply {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                from: From::Here(Box::new(begun)),
            })
        }
    }
}
