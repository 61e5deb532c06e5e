//! The HTTP client, whose connections obey the egress rules.

use std::sync::Arc;

use jsvm::HostError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;

use super::innermost;
use crate::egress::{EgressRules, RuleSet};

/// Resolves names to the addresses that the rules allow. The client connects to these addresses and
/// does not resolve the name again.
struct Resolver(Arc<RuleSet>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let rules = self.0.clone();
        Box::pin(async move {
            let addresses = rules.resolve(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Creates the builder of a client that obeys rules. The host of each request must be checked by
/// [`EgressRules::check_url`] before, since addresses in URLs are not resolved.
///
/// # Errors
/// If the certificates of the system cannot be used.
pub fn client_builder(rules: &EgressRules) -> Result<reqwest::ClientBuilder, rustls::Error> {
    let builder = reqwest::Client::builder()
        .redirect(Policy::none())
        // A proxy would resolve names and choose addresses, out of reach of the rules.
        .no_proxy()
        .dns_resolver(Resolver(rules.rule_set()))
        .tls_backend_preconfigured(tls_config()?);
    Ok(builder)
}

/// Returns the client of rules, with its connections. Creating it reads the system's certificates,
/// so it is created at its first use.
pub(super) fn client(rules: &EgressRules) -> Result<&reqwest::Client, HostError> {
    let client = rules.client(|| {
        let builder = client_builder(rules).map_err(|error| error.to_string())?;
        let client = builder.user_agent(concat!("jsvm/", env!("CARGO_PKG_VERSION")));
        client.build().map_err(|error| innermost(&error))
    });
    client.map_err(|reason| HostError::new(format!("cannot create the HTTP client: {reason}")))
}

/// Returns TLS settings with the system's certificates and our own cryptography. The default of the
/// process belongs to the embedder, so it is neither used nor set.
fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_cryptography_of_the_process_is_left_alone() {
        client(&EgressRules::default()).unwrap();
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    }
}
