//! HTTP/2 frame by frame, for clients that no library would be.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::served::Served;

pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;

const ACK: u8 = 1;
/// END_STREAM and END_HEADERS.
const WHOLE: u8 = 5;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection that sends and shows frames.
pub struct Frames(pub TcpStream);

pub struct Frame {
    pub kind: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

impl Frames {
    /// Connects, and sends the preface and settings.
    pub fn connect(served: &Served, settings: &[u8]) -> Frames {
        let mut stream = served.connect();
        stream.write_all(PREFACE).unwrap();
        stream.write_all(&frame(SETTINGS, 0, 0, settings)).unwrap();
        Frames(stream)
    }

    /// Sends a GET with more header fields.
    pub fn get(&mut self, stream: u32, path: &str, fields: &[(&str, &str)]) {
        // GET and http from the static table; the rest as literals, the names of two from the table.
        let mut head = vec![0x82, 0x86, 0x04];
        let text = |head: &mut Vec<u8>, text: &str| {
            head.push(u8::try_from(text.len()).unwrap());
            head.extend(text.as_bytes());
        };
        text(&mut head, path);
        head.push(0x01);
        text(&mut head, "test");
        for (name, value) in fields {
            head.push(0);
            text(&mut head, name);
            text(&mut head, value);
        }
        self.send(&frame(HEADERS, WHOLE, stream, &head));
    }

    pub fn send(&mut self, bytes: &[u8]) {
        // The server may have closed already, which the next frame shows.
        let _ = self.0.write_all(bytes);
    }

    /// The next frame, or nothing if the connection ended. Settings and pings are acknowledged.
    pub fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).ok()?;
        let (kind, flags) = (head[3], head[4]);
        if flags & ACK == 0 {
            match kind {
                SETTINGS => self.send(&frame(SETTINGS, ACK, 0, &[])),
                PING => self.send(&frame(PING, ACK, 0, &payload)),
                _ => {}
            }
        }
        let stream = u32::from_be_bytes(head[5..].try_into().unwrap());
        Some(Frame {
            kind,
            stream,
            payload,
        })
    }

    /// The next frame of a kind.
    #[track_caller]
    pub fn until(&mut self, kind: u8) -> Frame {
        loop {
            let next = self.next().expect("the connection goes on");
            if next.kind == kind {
                return next;
            }
        }
    }
}
