//! What happens to sockets, as the program gets it.

use std::net::SocketAddr;

use jsvm::Bytes;
use serde::{Serialize, Serializer};

use super::parts;
use super::tls::{Hello, Secured, TlsError};

/// Something that happened to a socket.
///
/// It crosses as a list: the number of the socket, the number of the kind, and a value.
pub struct Event {
    token: u64,
    kind: Kind,
}

pub enum Kind {
    /// An attempt to connect ended: with 0, or with the number of an error.
    Connected(i32),
    Data(Bytes),
    /// The other side sends nothing more.
    End,
    Failed(i32),
    /// Bytes can be written again.
    Writable,
    /// A server has a new connection.
    Accepted {
        token: u64,
        local: SocketAddr,
        peer: SocketAddr,
    },
    /// A client asks a server for something, of which it makes its settings.
    Hello(Hello),
    Secured(Box<Secured>),
    TlsFailed(TlsError),
    /// All sockets are gone: the program goes on in another process.
    Lost,
}

impl Event {
    pub fn new(token: u64, kind: Kind) -> Event {
        Event { token, kind }
    }

    /// Tells all sockets that they are gone.
    pub fn lost() -> Event {
        Event::new(0, Kind::Lost)
    }

    /// How many bytes it carries.
    pub fn size(&self) -> usize {
        match &self.kind {
            Kind::Data(bytes) => bytes.0.len(),
            _ => 0,
        }
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let token = number(self.token);
        match &self.kind {
            Kind::Connected(status) => (token, 0, status).serialize(serializer),
            Kind::Data(bytes) => (token, 1, bytes).serialize(serializer),
            Kind::End => (token, 2).serialize(serializer),
            Kind::Failed(number) => (token, 3, number).serialize(serializer),
            Kind::Writable => (token, 4).serialize(serializer),
            Kind::Accepted {
                token: new,
                local,
                peer,
            } => {
                let (local, local_port) = parts(*local);
                let (peer, peer_port) = parts(*peer);
                (token, 5, (number(*new), local, local_port, peer, peer_port)).serialize(serializer)
            }
            Kind::Lost => (token, 6).serialize(serializer),
            Kind::Hello(hello) => (token, 7, hello).serialize(serializer),
            Kind::Secured(details) => (token, 8, details).serialize(serializer),
            Kind::TlsFailed(error) => (token, 9, error).serialize(serializer),
        }
    }
}

/// The number of a socket, as JavaScript has it.
pub fn number(token: u64) -> f64 {
    token as f64
}
