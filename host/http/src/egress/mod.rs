//! Rules about the hosts and addresses that `fetch` can reach.

mod error;
mod ranges;
mod target;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock, OnceLock};

use jsvm::HostError;
use url::{Host, Url};

pub use error::{EgressError, LookupError};
pub use ranges::AddressKind;
pub use target::{EgressTarget, EgressTargetError};

/// The hosts and addresses that `fetch` can reach.
///
/// Rules are checked twice: for the host of each URL, each hop of a redirect included, and for each
/// address that a name resolves to, before a connection to it is made. So a name that resolves to a
/// private address does not lead there, even if it resolved to another address before.
///
/// Addresses that are not public need a rule that names them: loopback, private, link-local and
/// similar ranges, and metadata services of clouds. [`AddressKind`] lists them. An IPv6 address that
/// stands for an IPv4 address counts as that address.
///
/// | rule | allows |
/// |---|---|
/// | [`EgressRules::public`] | every host, at public addresses |
/// | `allow("example.com")` | this host, at public addresses |
/// | `allow("localhost")` | this host, also at loopback addresses |
/// | `allow("10.1.2.3")`, `allow("10.0.0.0/8")` | these addresses, and allowed names that resolve to them |
/// | `allow("10.1.2.3:80")` | this address on one port, if the URL has the address and not a name |
///
/// [`deny`](Self::deny) takes precedence over all of these.
///
/// Clones share a pool of connections. Rules that are made separately do not, so a connection that
/// one allows is not used under another.
///
/// ```
/// use jsvm_http::EgressRules;
/// let rules = EgressRules::none()
///     .allow("api.example.com:443".parse()?)
///     .allow("10.0.0.0/8".parse()?)
///     .deny("10.0.0.1".parse()?);
/// let is_allowed = |url: &str| rules.check_url(&url.parse().unwrap()).is_ok();
/// assert!(is_allowed("https://api.example.com/") && is_allowed("http://10.2.3.4/"));
/// assert!(!is_allowed("http://api.example.com/") && !is_allowed("http://10.0.0.1/"));
/// # Ok::<(), jsvm_http::EgressTargetError>(())
/// ```
#[derive(Clone)]
pub struct EgressRules {
    rules: Arc<RuleSet>,
    explain: Arc<ExplainError>,
    /// The client of these rules, with its connections.
    client: Arc<OnceLock<Result<reqwest::Client, String>>>,
}

/// Creates the exception of a refused request.
type ExplainError = dyn Fn(&EgressError) -> HostError + Send + Sync;

/// The rules by themselves, for the resolver of the client.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleSet {
    every_host: bool,
    allowed: Vec<EgressTarget>,
    denied: Vec<EgressTarget>,
}

impl Default for EgressRules {
    /// The rules of [`EgressRules::public`]. All defaults of a process share a pool of connections.
    fn default() -> Self {
        static DEFAULT: LazyLock<EgressRules> = LazyLock::new(EgressRules::public);
        DEFAULT.clone()
    }
}

impl EgressRules {
    /// Allows every host, at public addresses.
    pub fn public() -> Self {
        EgressRules::with(RuleSet {
            every_host: true,
            ..RuleSet::default()
        })
    }

    /// Allows nothing.
    pub fn none() -> Self {
        EgressRules::with(RuleSet::default())
    }

    fn with(rules: RuleSet) -> Self {
        EgressRules {
            rules: Arc::new(rules),
            explain: Arc::new(|error| HostError::type_error(error.to_string())),
            client: Arc::default(),
        }
    }

    /// Allows a host, an address or a range of addresses.
    #[must_use]
    pub fn allow(self, target: EgressTarget) -> Self {
        self.change(|rules| rules.allowed.push(target))
    }

    /// Denies a host, an address or a range of addresses, whatever else allows it. A name that
    /// resolves to a denied address is denied on every port.
    #[must_use]
    pub fn deny(self, target: EgressTarget) -> Self {
        self.change(|rules| rules.denied.push(target))
    }

    fn change(mut self, change: impl FnOnce(&mut RuleSet)) -> Self {
        change(Arc::make_mut(&mut self.rules));
        // Connections that the former rules allowed stay with them.
        self.client = Arc::default();
        self
    }

    /// Sets the function that creates the exception of a refused request; a `TypeError` by default.
    #[must_use]
    pub fn explain(
        mut self,
        explain: impl Fn(&EgressError) -> HostError + Send + Sync + 'static,
    ) -> Self {
        self.explain = Arc::new(explain);
        self
    }

    /// Checks the host and port of a URL. If the host is a name, its addresses are checked by
    /// [`check_address`](Self::check_address).
    ///
    /// # Errors
    /// [`EgressError`] if the rules do not allow the host.
    pub fn check_url(&self, url: &Url) -> Result<(), EgressError> {
        self.rules.check_url(url)
    }

    /// Checks an address that a name resolved to.
    ///
    /// # Errors
    /// [`EgressError`] if the rules do not allow a connection to the address for this name.
    pub fn check_address(&self, name: &str, address: IpAddr) -> Result<(), EgressError> {
        self.rules.check_address(name, address)
    }

    /// Checks a host, which is a name or an address, and a port, for connections that have no URL. If it
    /// is a name, its addresses are checked by [`check_address`](Self::check_address).
    ///
    /// ```
    /// use jsvm_http::EgressRules;
    /// let rules = EgressRules::none().allow("db.example.com:5432".parse()?);
    /// assert!(rules.check_host("db.example.com", 5432).is_ok());
    /// assert!(rules.check_host("db.example.com", 22).is_err());
    /// # Ok::<(), jsvm_http::EgressTargetError>(())
    /// ```
    ///
    /// # Errors
    /// [`EgressError`] if the rules do not allow the host.
    pub fn check_host(&self, host: &str, port: u16) -> Result<(), EgressError> {
        let address = host.parse().ok();
        let shown = || match address {
            Some(IpAddr::V6(_)) => format!("[{host}]:{port}"),
            _ => format!("{host}:{port}"),
        };
        self.rules.check(host, address, Some(port), &shown)
    }

    /// Resolves a name to those of its addresses that can be reached on some port.
    ///
    /// # Errors
    /// [`LookupError`]
    pub async fn lookup(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        self.rules.check_name(name)?;
        let found = self.rules.resolve(name).await;
        let found = found.map_err(|error| match error.downcast::<EgressError>() {
            Ok(refused) => LookupError::Refused(*refused),
            Err(error) => LookupError::Failed(error.to_string()),
        })?;
        let mut addresses: Vec<IpAddr> = Vec::with_capacity(found.len());
        for address in found {
            if !addresses.contains(&address.ip()) {
                addresses.push(address.ip());
            }
        }
        Ok(addresses)
    }

    pub(crate) fn rule_set(&self) -> Arc<RuleSet> {
        self.rules.clone()
    }

    /// Creates the exception of a refused request.
    pub(crate) fn exception(&self, error: &EgressError) -> HostError {
        (self.explain)(error)
    }

    /// Returns the client of these rules, which `create` makes at the first call.
    pub(crate) fn client(
        &self,
        create: impl FnOnce() -> Result<reqwest::Client, String>,
    ) -> Result<&reqwest::Client, String> {
        self.client
            .get_or_init(create)
            .as_ref()
            .map_err(Clone::clone)
    }
}

impl std::fmt::Debug for EgressRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EgressRules")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl RuleSet {
    fn check_url(&self, url: &Url) -> Result<(), EgressError> {
        let host = || match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(EgressError::NotAllowed { host: host() }),
        };
        let name = url.host_str().unwrap_or_default();
        self.check(name, address, url.port_or_known_default(), &host)
    }

    /// Checks a host: a name, or an address. `host` is how errors name it.
    fn check(
        &self,
        name: &str,
        address: Option<IpAddr>,
        port: Option<u16>,
        host: &dyn Fn() -> String,
    ) -> Result<(), EgressError> {
        let matches = |target: &EgressTarget| {
            let is_host = match address {
                Some(address) => target.contains(address),
                None => target.is_name(name),
            };
            is_host && target.is_port(port)
        };
        if self.denied.iter().any(matches) {
            return Err(EgressError::Denied { host: host() });
        }
        if self.allowed.iter().any(matches) {
            return Ok(());
        }
        if !self.every_host {
            return Err(EgressError::NotAllowed { host: host() });
        }
        match address {
            Some(address) => match ranges::kind_of(address) {
                None => Ok(()),
                Some(kind) => Err(EgressError::NotPublic {
                    host: host(),
                    address,
                    kind,
                }),
            },
            // The rule that opens `localhost` may do so on one port only.
            None if self.opens_loopback(name) => Err(EgressError::NotAllowed { host: host() }),
            None => Ok(()),
        }
    }

    /// Checks that a name can be reached on some port.
    fn check_name(&self, name: &str) -> Result<(), EgressError> {
        let host = || name.to_owned();
        let is_whole = |target: &EgressTarget| target.is_name(name) && target.is_port(None);
        if self.denied.iter().any(is_whole) {
            return Err(EgressError::Denied { host: host() });
        }
        match self.every_host || self.allowed.iter().any(|target| target.is_name(name)) {
            true => Ok(()),
            false => Err(EgressError::NotAllowed { host: host() }),
        }
    }

    pub(crate) fn check_address(&self, name: &str, address: IpAddr) -> Result<(), EgressError> {
        if self.denied.iter().any(|target| target.contains(address)) {
            let host = name.to_owned();
            return Err(EgressError::Denied { host });
        }
        let Some(kind) = ranges::kind_of(address) else {
            return Ok(());
        };
        // The port of the connection is not known here, so a rule with a port does not count.
        let is_named = |target: &EgressTarget| target.is_port(None) && target.contains(address);
        if self.allowed.iter().any(is_named)
            || (kind == AddressKind::Loopback && self.opens_loopback(name))
        {
            return Ok(());
        }
        Err(EgressError::NotPublic {
            host: name.to_owned(),
            address,
            kind,
        })
    }

    /// Whether a name is `localhost` or below it, and a rule names it.
    fn opens_loopback(&self, name: &str) -> bool {
        let plain = name.trim_end_matches('.');
        let is_local = plain == "localhost" || plain.ends_with(".localhost");
        is_local && self.allowed.iter().any(|target| target.is_name(name))
    }

    /// Resolves a name to the addresses that can be connected to.
    ///
    /// # Errors
    /// The error of the system, or an [`EgressError`] if no address is allowed.
    pub(crate) async fn resolve(
        &self,
        name: &str,
    ) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let mut allowed = Vec::new();
        let mut refused = None;
        for address in tokio::net::lookup_host((name, 0)).await? {
            match self.check_address(name, address.ip()) {
                Ok(()) => allowed.push(address),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        match refused {
            Some(error) if allowed.is_empty() => Err(error.into()),
            _ => Ok(allowed),
        }
    }
}

#[cfg(test)]
mod tests;
