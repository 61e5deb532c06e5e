//! The settings of many connections: keys, certificates, and who is trusted.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion, version};
use rustls_platform_verifier::Verifier;
use serde::Deserialize;

use super::TlsError;
use super::verify::{AnyClient, AnyServer, Signatures, Verdict};

/// What a program sets, as `guest/node/binding/crypto.js` collects it. Keys and certificates are PEM.
#[derive(Deserialize)]
pub struct Settings {
    keys: Vec<String>,
    certificates: Vec<String>,
    authorities: Vec<String>,
    /// Whether the certificates of the system are trusted.
    system: bool,
    /// Numbers of versions, as in TLS records.
    oldest: f64,
    newest: f64,
}

/// The settings of connections, checked.
pub struct Context {
    provider: Arc<CryptoProvider>,
    versions: Vec<&'static SupportedProtocolVersion>,
    key: Option<Arc<CertifiedKey>>,
    authorities: Vec<CertificateDer<'static>>,
    system: bool,
}

impl Context {
    /// Reads settings.
    ///
    /// # Errors
    /// If a key or a certificate cannot be read, or one is not of the other.
    pub fn new(settings: &Settings) -> Result<Context, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let is_wanted = |version: &&SupportedProtocolVersion| {
            let number = f64::from(u16::from(version.version));
            number >= settings.oldest && number <= settings.newest
        };
        let versions = [&version::TLS13, &version::TLS12];
        let versions: Vec<_> = versions.into_iter().filter(is_wanted).collect();
        if versions.is_empty() {
            let message = "no version of TLS is left: 1.2 and 1.3 can be spoken";
            return Err(TlsError::new("ERR_SSL_NO_PROTOCOLS_AVAILABLE", message));
        }
        let mut chain = Vec::new();
        for text in &settings.certificates {
            chain.extend(certificates(text)?);
        }
        let key = match (settings.keys.first(), chain.is_empty()) {
            (Some(key), false) => Some(Arc::new(certified(&provider, key, chain)?)),
            _ => None,
        };
        let mut authorities = Vec::new();
        for text in &settings.authorities {
            authorities.extend(certificates(text)?);
        }
        Ok(Context {
            provider,
            versions,
            key,
            authorities,
            system: settings.system,
        })
    }

    /// Makes the configuration of a client, and where the verdict about the server will be.
    pub fn client(&self, protocols: &[String]) -> Result<(ClientConfig, Verdict), TlsError> {
        let verdict = Verdict::default();
        let verifier = AnyServer {
            inner: self.server_verifier()?,
            trusted: self.authorities.clone(),
            signatures: Signatures(self.provider.clone()),
            verdict: verdict.clone(),
        };
        let builder = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&self.versions)
            .map_err(unusable)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &self.key {
            None => builder.with_no_client_auth(),
            Some(key) => {
                let resolver = rustls::sign::SingleCertAndKey::from(key.clone());
                builder.with_client_cert_resolver(Arc::new(resolver))
            }
        };
        config.alpn_protocols = bytes_of(protocols);
        // A session that is taken up again has no verdict of its own.
        config.resumption = Resumption::disabled();
        Ok((config, verdict))
    }

    /// Makes the configuration of a server, and where the verdict about the client will be.
    pub fn server(
        &self,
        protocols: &[String],
        requests_certificate: bool,
    ) -> Result<(ServerConfig, Verdict), TlsError> {
        let verdict = Verdict::default();
        let builder = ServerConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&self.versions)
            .map_err(unusable)?;
        let builder = match requests_certificate {
            false => builder.with_no_client_auth(),
            true => builder.with_client_cert_verifier(Arc::new(AnyClient {
                inner: self.client_verifier()?,
                signatures: Signatures(self.provider.clone()),
                verdict: verdict.clone(),
            })),
        };
        let Some(key) = &self.key else {
            let message = "no suitable certificate: tls.createServer needs key and cert";
            return Err(TlsError::new("ERR_SSL_NO_SHARED_CIPHER", message));
        };
        let resolver = rustls::sign::SingleCertAndKey::from(key.clone());
        let mut config = builder.with_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = bytes_of(protocols);
        // The verdict belongs to one connection.
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok((config, verdict))
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.authorities.iter().cloned());
        Arc::new(roots)
    }

    /// Without anybody to trust there is no verifier.
    fn server_verifier(&self) -> Result<Option<Arc<dyn ServerCertVerifier>>, TlsError> {
        if self.system {
            let verifier = Verifier::new(self.provider.clone()).map_err(unusable)?;
            return Ok(Some(Arc::new(verifier)));
        }
        let builder =
            WebPkiServerVerifier::builder_with_provider(self.roots(), self.provider.clone());
        Ok(match builder.build() {
            Ok(verifier) => Some(verifier),
            Err(_) => None,
        })
    }

    fn client_verifier(&self) -> Result<Option<Arc<dyn ClientCertVerifier>>, TlsError> {
        let builder =
            WebPkiClientVerifier::builder_with_provider(self.roots(), self.provider.clone());
        Ok(builder.build().ok())
    }
}

fn bytes_of(protocols: &[String]) -> Vec<Vec<u8>> {
    // Names are Latin-1 in JavaScript.
    let bytes = |name: &String| name.chars().map(|unit| unit as u8).collect();
    protocols.iter().map(bytes).collect()
}

fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(TlsError::new(
            "ERR_OSSL_PEM_NO_START_LINE",
            "a certificate cannot be read: expected PEM, which begins with -----BEGIN CERTIFICATE-----",
        )),
    }
}

fn certified(
    provider: &CryptoProvider,
    key: &str,
    chain: Vec<CertificateDer<'static>>,
) -> Result<CertifiedKey, TlsError> {
    let Ok(key) = PrivateKeyDer::from_pem_slice(key.as_bytes()) else {
        return Err(TlsError::new(
            "ERR_OSSL_UNSUPPORTED",
            "a key cannot be read: expected PEM without a passphrase, such as -----BEGIN PRIVATE KEY-----",
        ));
    };
    CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            TlsError::new("ERR_OSSL_X509_KEY_VALUES_MISMATCH", "key values mismatch")
        }
        error => TlsError::new(
            "ERR_OSSL_UNSUPPORTED",
            format!("the key cannot be used: {error}"),
        ),
    })
}

fn unusable(error: rustls::Error) -> TlsError {
    TlsError::new(
        "ERR_TLS_INVALID_CONTEXT",
        format!("TLS cannot be set up: {error}"),
    )
}
