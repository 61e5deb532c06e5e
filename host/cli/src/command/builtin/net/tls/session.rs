//! TLS of one connection: bytes of the network on one side, bytes of the program on the other.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::Acceptor;
use rustls::{Connection, ServerConnection};
use serde::{Deserialize, Serialize};

use super::certificate::{self, Certificate};
use super::verify::Verdict;
use super::{Context, TlsError};

/// What a program asks of a connection.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    pub is_server: bool,
    /// What a client asks for; nothing if it is empty.
    pub server_name: String,
    pub protocols: Vec<String>,
    pub requests_certificate: bool,
    /// Whether a server chooses its settings when it knows what the client asks for.
    pub asks: bool,
}

/// What a client asks for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    server_name: String,
    protocols: Vec<String>,
}

/// What a connection has agreed on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Secured {
    server_name: String,
    protocol: String,
    version: &'static str,
    cipher: Option<Cipher>,
    chain: Vec<Certificate>,
    verify_error: Option<TlsError>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cipher {
    name: String,
    standard_name: String,
    version: &'static str,
}

/// TLS of one connection.
pub struct Session {
    state: State,
    verdict: Verdict,
    is_told: bool,
}

enum State {
    /// A server waits for what the client asks for.
    Accepting(Box<Acceptor>, Arc<Context>, Options),
    /// A server waits for its program to choose.
    Choosing(Box<rustls::server::Accepted>, bool),
    Open(Box<Connection>),
    Failed,
}

/// Something that the program is told about.
pub enum Progress {
    Hello(Hello),
    Secured(Box<Secured>),
}

impl Session {
    /// Begins TLS.
    ///
    /// # Errors
    /// If the context cannot be used for this.
    pub fn new(context: &Arc<Context>, options: Options) -> Result<Session, TlsError> {
        if options.is_server {
            let state = State::Accepting(Box::default(), context.clone(), options);
            return Ok(Session::of(state, Verdict::default()));
        }
        let (mut config, verdict) = context.client(&options.protocols)?;
        let name = match ServerName::try_from(options.server_name.clone()) {
            Ok(name) => name,
            Err(_) => {
                config.enable_sni = false;
                // Any name does: the program checks that of the certificate.
                ServerName::IpAddress(std::net::Ipv4Addr::LOCALHOST.into())
            }
        };
        let connection = rustls::ClientConnection::new(Arc::new(config), name);
        let connection = connection.map_err(|error| failed(&error))?;
        Ok(Session::of(
            State::Open(Box::new(connection.into())),
            verdict,
        ))
    }

    fn of(state: State, verdict: Verdict) -> Session {
        Session {
            state,
            verdict,
            is_told: false,
        }
    }

    /// Goes on as a server, with what its program has chosen.
    ///
    /// # Errors
    /// If the context cannot be used, or the client asks for something else.
    pub fn choose(&mut self, context: &Context, protocols: &[String]) -> Result<(), TlsError> {
        let State::Choosing(accepted, requests) = std::mem::replace(&mut self.state, State::Failed)
        else {
            return Ok(());
        };
        self.accept(*accepted, context, protocols, requests)
    }

    fn accept(
        &mut self,
        accepted: rustls::server::Accepted,
        context: &Context,
        protocols: &[String],
        requests_certificate: bool,
    ) -> Result<(), TlsError> {
        let (config, verdict) = context.server(protocols, requests_certificate)?;
        let connection: ServerConnection = accepted
            .into_connection(Arc::new(config))
            .map_err(|(error, _alert)| failed(&error))?;
        self.state = State::Open(Box::new(connection.into()));
        self.verdict = verdict;
        Ok(())
    }

    /// Whether bytes of the network are needed. A session whose plaintext nobody took asks for none.
    pub fn wants_read(&self) -> bool {
        match &self.state {
            State::Accepting(..) => true,
            State::Open(connection) => connection.wants_read(),
            State::Choosing(..) | State::Failed => false,
        }
    }

    pub fn wants_write(&self) -> bool {
        matches!(&self.state, State::Open(connection) if connection.wants_write())
    }

    pub fn is_handshaking(&self) -> bool {
        match &self.state {
            State::Open(connection) => connection.is_handshaking(),
            State::Accepting(..) | State::Choosing(..) => true,
            State::Failed => false,
        }
    }

    /// Reads from the network. Returns how many bytes there were.
    ///
    /// # Errors
    /// Those of the network, and `WouldBlock`.
    pub fn read_from(&mut self, network: &mut impl Read) -> io::Result<usize> {
        match &mut self.state {
            State::Accepting(acceptor, ..) => acceptor.read_tls(network),
            State::Open(connection) => connection.read_tls(network),
            State::Choosing(..) | State::Failed => Ok(0),
        }
    }

    /// Writes to the network.
    ///
    /// # Errors
    /// Those of the network, and `WouldBlock`.
    pub fn write_to(&mut self, network: &mut impl Write) -> io::Result<usize> {
        match &mut self.state {
            State::Open(connection) => connection.write_tls(network),
            _ => Ok(0),
        }
    }

    /// Looks at what was read.
    ///
    /// # Errors
    /// If the other side does not speak as it should. An alert for it may be left to write.
    pub fn process(&mut self) -> Result<Option<Progress>, TlsError> {
        match &mut self.state {
            State::Accepting(acceptor, ..) => {
                let Some(accepted) = acceptor.accept().map_err(|(error, _)| failed(&error))? else {
                    return Ok(None);
                };
                return self.decide(accepted);
            }
            State::Open(connection) => {
                let processed = connection.process_new_packets();
                processed.map_err(|error| failed(&error))?;
            }
            State::Choosing(..) | State::Failed => return Ok(None),
        }
        Ok(self.secured())
    }

    fn decide(&mut self, accepted: rustls::server::Accepted) -> Result<Option<Progress>, TlsError> {
        let State::Accepting(_, context, options) =
            std::mem::replace(&mut self.state, State::Failed)
        else {
            return Ok(None);
        };
        if !options.asks {
            self.accept(
                accepted,
                &context,
                &options.protocols,
                options.requests_certificate,
            )?;
            return Ok(self.secured());
        }
        let asked = accepted.client_hello();
        let text = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect();
        let hello = Hello {
            server_name: asked.server_name().unwrap_or_default().to_owned(),
            protocols: asked.alpn().into_iter().flatten().map(text).collect(),
        };
        self.state = State::Choosing(Box::new(accepted), options.requests_certificate);
        Ok(Some(Progress::Hello(hello)))
    }

    /// What was agreed on, once.
    fn secured(&mut self) -> Option<Progress> {
        let State::Open(connection) = &self.state else {
            return None;
        };
        if self.is_told || connection.is_handshaking() {
            return None;
        }
        self.is_told = true;
        let version = match connection.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "TLSv1.3",
        };
        let cipher = connection.negotiated_cipher_suite().map(|suite| {
            let standard_name = format!("{:?}", suite.suite()).replace("TLS13_", "TLS_");
            Cipher {
                name: open_ssl_name(&standard_name),
                standard_name,
                version,
            }
        });
        let protocol = connection.alpn_protocol().unwrap_or_default();
        let chain = connection.peer_certificates().unwrap_or_default();
        let server_name = match &**connection {
            Connection::Server(server) => server.server_name().unwrap_or_default().to_owned(),
            Connection::Client(_) => String::new(),
        };
        let read = |der: &CertificateDer<'_>| certificate::read(der);
        Some(Progress::Secured(Box::new(Secured {
            server_name,
            protocol: protocol.iter().map(|byte| char::from(*byte)).collect(),
            version,
            cipher,
            chain: chain.iter().map(read).collect(),
            verify_error: self.verdict.get(),
        })))
    }

    /// Takes what the other side has sent. `None` if there is nothing yet; nothing at its end.
    pub fn take(&mut self, most: usize) -> Option<Vec<u8>> {
        let State::Open(connection) = &mut self.state else {
            return None;
        };
        let mut bytes = vec![0; most];
        match connection.reader().read(&mut bytes) {
            Ok(count) => {
                bytes.truncate(count);
                Some(bytes)
            }
            // The end of the network without the end of TLS is a cut.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Some(Vec::new()),
            Err(_) => None,
        }
    }

    /// Encrypts as many bytes as fit. Returns how many that are.
    pub fn put(&mut self, bytes: &[u8]) -> usize {
        match &mut self.state {
            State::Open(connection) => connection.writer().write(bytes).unwrap_or(0),
            _ => 0,
        }
    }

    /// Ends what this side sends.
    pub fn close(&mut self) {
        if let State::Open(connection) = &mut self.state {
            connection.send_close_notify();
        }
    }
}

/// The name of a cipher in OpenSSL: `ECDHE-RSA-AES128-GCM-SHA256`. Those of TLS 1.3 have one name.
fn open_ssl_name(name: &str) -> String {
    let Some((exchange, cipher)) = name.split_once("_WITH_") else {
        return name.to_owned();
    };
    let exchange = exchange.trim_start_matches("TLS_").replace('_', "-");
    let cipher = cipher.replace("AES_", "AES").replace("_SHA256", "-SHA256");
    let cipher = match cipher.contains("CHACHA20") {
        true => "CHACHA20-POLY1305".to_owned(),
        false => cipher.replace('_', "-"),
    };
    format!("{exchange}-{cipher}")
}

/// Names an error of the protocol as OpenSSL does, where programs know it.
fn failed(error: &rustls::Error) -> TlsError {
    use rustls::{AlertDescription as Alert, Error as E};

    let code = match error {
        E::AlertReceived(Alert::HandshakeFailure) => "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
        E::AlertReceived(Alert::ProtocolVersion) => "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
        E::AlertReceived(Alert::NoApplicationProtocol) => {
            "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL"
        }
        E::AlertReceived(Alert::UnknownCA) => "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
        E::AlertReceived(Alert::CertificateRequired) => "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
        E::AlertReceived(_) => "ERR_SSL_ALERT",
        // What speaks another protocol, such as HTTP.
        E::InvalidMessage(_) => "ERR_SSL_WRONG_VERSION_NUMBER",
        E::NoApplicationProtocol => "ERR_SSL_NO_APPLICATION_PROTOCOL",
        E::PeerIncompatible(_) => "ERR_SSL_UNSUPPORTED_PROTOCOL",
        _ => "ERR_SSL_PROTOCOL_ERROR",
    };
    TlsError::new(code, format!("TLS: {error}"))
}
