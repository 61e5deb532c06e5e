//! Verification of peers: what is found is kept, and the program decides.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use super::TlsError;
use super::certificate::{self, Validity};

/// What is wrong with a peer, if anything.
#[derive(Clone, Debug, Default)]
pub struct Verdict(Arc<Mutex<Option<TlsError>>>);

impl Verdict {
    pub fn get(&self) -> Option<TlsError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, error: Option<TlsError>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }
}

/// Accepts every server, and keeps what it would be refused for.
///
/// The name is not checked: `tls.checkServerIdentity` does so in the program.
#[derive(Debug)]
pub struct AnyServer {
    pub inner: Option<Arc<dyn ServerCertVerifier>>,
    /// Certificates that are trusted as they are.
    pub trusted: Vec<CertificateDer<'static>>,
    pub signatures: Signatures,
    pub verdict: Verdict,
}

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found = match &self.inner {
            // A certificate that signed itself is trusted by being named.
            _ if self.trusted.contains(end_entity) => {
                match certificate::validity(end_entity, now) {
                    Validity::Valid => Ok(()),
                    Validity::NotYet => Err(CertificateError::NotValidYet.into()),
                    Validity::Expired => Err(CertificateError::Expired.into()),
                }
            }
            Some(inner) => inner
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                .map(drop),
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        self.verdict.set(reason(found, end_entity, intermediates));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.verify_tls12(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.verify_tls13(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signatures.supported_schemes()
    }
}

/// Accepts every client, also without a certificate, and keeps what it would be refused for.
#[derive(Debug)]
pub struct AnyClient {
    pub inner: Option<Arc<dyn ClientCertVerifier>>,
    pub signatures: Signatures,
    pub verdict: Verdict,
}

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner
            .as_ref()
            .map_or(&[], |inner| inner.root_hint_subjects())
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let found = match &self.inner {
            Some(inner) => inner
                .verify_client_cert(end_entity, intermediates, now)
                .map(drop),
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        self.verdict.set(reason(found, end_entity, intermediates));
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.verify_tls12(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.verify_tls13(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signatures.supported_schemes()
    }
}

/// Verifies that a peer has the key of its certificate, as every verifier must.
#[derive(Clone, Debug)]
pub struct Signatures(pub Arc<CryptoProvider>);

impl Signatures {
    fn verify_tls12(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, signature, algorithms)
    }

    fn verify_tls13(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, signature, algorithms)
    }

    fn supported_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The reason why a peer is not trusted, as OpenSSL names it.
fn reason(
    found: Result<(), Error>,
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
) -> Option<TlsError> {
    use CertificateError as E;

    let error = match found {
        Ok(()) => return None,
        Err(Error::InvalidCertificate(error)) => error,
        Err(error) => return Some(TlsError::new("CERT_UNTRUSTED", error.to_string())),
    };
    let (code, message) = match &error {
        // The program checks the name.
        E::NotValidForName | E::NotValidForNameContext { .. } => return None,
        E::Expired | E::ExpiredContext { .. } => ("CERT_HAS_EXPIRED", "certificate has expired"),
        E::NotValidYet | E::NotValidYetContext { .. } => {
            ("CERT_NOT_YET_VALID", "certificate is not yet valid")
        }
        E::Revoked => ("CERT_REVOKED", "certificate revoked"),
        E::BadSignature => ("CERT_SIGNATURE_FAILURE", "certificate signature failure"),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            ("INVALID_PURPOSE", "unsuitable certificate purpose")
        }
        _ if certificate::is_self_signed(end_entity) => {
            ("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate")
        }
        E::UnknownIssuer if intermediates.iter().any(certificate::is_self_signed) => (
            "SELF_SIGNED_CERT_IN_CHAIN",
            "self-signed certificate in certificate chain",
        ),
        E::UnknownIssuer if intermediates.is_empty() => (
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "unable to verify the first certificate",
        ),
        E::UnknownIssuer => (
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            "unable to get local issuer certificate",
        ),
        other => return Some(TlsError::new("CERT_UNTRUSTED", other.to_string())),
    };
    Some(TlsError::new(code, message))
}
