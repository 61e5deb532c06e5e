//! The error of a request that the rules refuse.

use std::net::IpAddr;

use super::ranges::AddressKind;

/// The reason why [`EgressRules`](super::EgressRules) refuse a request.
///
/// ```
/// use jsvm_http::{AddressKind, EgressError, EgressRules};
/// let url = "http://192.168.1.1/".parse().unwrap();
/// let refused = EgressRules::public().check_url(&url).unwrap_err();
/// assert!(matches!(refused, EgressError::NotPublic { kind: AddressKind::Private, .. }));
/// assert_eq!(
///     refused.to_string(),
///     "cannot reach 192.168.1.1: 192.168.1.1 is a private address, and no rule names it"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EgressError {
    /// No rule allows the host.
    #[error("cannot reach {host}: no rule allows it")]
    NotAllowed {
        /// The host, with the port if the URL has one.
        host: String,
    },

    /// A rule denies the host, or an address of it.
    #[error("cannot reach {host}: a rule denies it")]
    Denied {
        /// The host, with the port if the URL has one.
        host: String,
    },

    /// The address is not public, and no rule names it.
    #[error("cannot reach {host}: {address} is {kind}, and no rule names it")]
    NotPublic {
        /// The host, with the port if the URL has one.
        host: String,
        /// The address.
        address: IpAddr,
        /// The kind of the address.
        kind: AddressKind,
    },
}

/// The reason why [`EgressRules::lookup`](super::EgressRules::lookup) returns no address.
///
/// ```
/// use jsvm_http::{EgressRules, LookupError};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let refused = EgressRules::none().lookup("example.com").await.unwrap_err();
/// assert!(matches!(refused, LookupError::Refused(_)));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// The rules do not allow the name, or any of its addresses.
    #[error(transparent)]
    Refused(#[from] EgressError),

    /// The system does not find the name.
    #[error("{0}")]
    Failed(String),
}
