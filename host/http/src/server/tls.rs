//! Reads certificates and keys for TLS.

use std::error::Error;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// The reason why a certificate or its key cannot be used, from
/// [`Server::tls`](super::Server::tls).
///
/// ```
/// use jsvm_http::{Server, TlsError};
/// fn encrypted(server: Server) -> Result<Server, TlsError> {
///     server.tls(b"no certificate", b"no key")
/// }
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificates are not PEM.
    #[error("cannot read the certificate: {0}")]
    Certificate(#[source] Cause),
    /// There is no certificate.
    #[error("no certificate found: expected PEM with -----BEGIN CERTIFICATE-----")]
    Missing,
    /// The key is not PEM.
    #[error("cannot read the key: {0}")]
    Key(#[source] Cause),
    /// The key does not belong to the certificate, or its kind is not supported.
    #[error("cannot use the certificate and the key: {0}")]
    Unusable(#[source] Cause),
}

type Cause = Arc<dyn Error + Send + Sync>;

impl TlsError {
    fn unusable(error: rustls::Error) -> Self {
        TlsError::Unusable(Arc::new(error))
    }
}

/// Creates the acceptor for a certificate chain and a key, both as PEM.
pub fn acceptor(certificates: &[u8], key: &[u8]) -> Result<TlsAcceptor, TlsError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
    let certificates = certificates.map_err(|error| TlsError::Certificate(Arc::new(error)))?;
    if certificates.is_empty() {
        return Err(TlsError::Missing);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Key(Arc::new(error)))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::unusable)?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(TlsError::unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
