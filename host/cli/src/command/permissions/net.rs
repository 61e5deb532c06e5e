//! The hosts of `--allow-net` and `--deny-net`.

use std::net::{IpAddr, SocketAddr};

use jsvm::HostError;
use jsvm_http::{EgressError, EgressRules, EgressTarget, EgressTargetError, Url};

use super::ALL;
use crate::command::builtin::error::access_denied;
use crate::command::usage::Usage;

/// A value of `--allow-net`.
#[derive(Clone)]
pub enum NetTarget {
    /// The flag without a value: every host, at public addresses.
    Public,
    Target(EgressTarget),
}

impl NetTarget {
    pub fn parse(text: &str) -> Result<NetTarget, Usage> {
        match text {
            ALL => Ok(NetTarget::Public),
            text => denied_target(text).map(NetTarget::Target),
        }
    }
}

/// Parses a value of `--deny-net`.
pub fn denied_target(text: &str) -> Result<EgressTarget, Usage> {
    if text.is_empty() {
        return Err(Usage("expected a value after =".into()));
    }
    text.parse().map_err(|error: EgressTargetError| {
        let host = Url::parse(text).ok().and_then(|url| {
            let host = url.host_str()?.to_owned();
            Some(
                url.port()
                    .map_or(host.clone(), |port| format!("{host}:{port}")),
            )
        });
        Usage(match (error, host) {
            (EgressTargetError::Url, Some(host)) => {
                format!("expected a host, not a URL. Write {host}")
            }
            (error, _) => error.to_string(),
        })
    })
}

/// Creates the rules of the flags.
pub fn rules(allowed: &[NetTarget], denied: &[EgressTarget]) -> EgressRules {
    let start = match allowed
        .iter()
        .any(|value| matches!(value, NetTarget::Public))
    {
        true => EgressRules::public(),
        false => EgressRules::none(),
    };
    let targets = allowed.iter().filter_map(|value| match value {
        NetTarget::Public => None,
        NetTarget::Target(target) => Some(target.clone()),
    });
    let rules = targets.fold(start, EgressRules::allow);
    let rules = denied.iter().cloned().fold(rules, EgressRules::deny);
    rules.explain(self::denied)
}

/// Creates the exception of a request that the rules refuse.
pub fn denied(error: &EgressError) -> HostError {
    let message = match error {
        EgressError::NotAllowed { host } => {
            format!("cannot reach {host}: permission denied. Allow it with --allow-net={host}")
        }
        EgressError::Denied { host } => {
            format!("cannot reach {host}: permission denied by --deny-net")
        }
        // Addresses of names are not told, since they describe the network behind the host.
        EgressError::NotPublic { host, kind, .. } => {
            let allow = match is_address(host) || is_localhost(host) {
                true => format!("Allow it with --allow-net={host}"),
                false => "Allow it by naming its address, as in --allow-net=10.1.2.3".to_owned(),
            };
            format!("cannot reach {host}, which is at {kind}: permission denied. {allow}")
        }
        error => error.to_string(),
    };
    let resource = match error {
        EgressError::NotAllowed { host }
        | EgressError::Denied { host }
        | EgressError::NotPublic { host, .. } => host,
        _ => "",
    };
    access_denied(&message, "Net", resource)
}

/// Whether a host, with or without a port, is an address.
fn is_address(host: &str) -> bool {
    host.parse::<SocketAddr>().is_ok() || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_add_up_and_the_flag_alone_means_public_addresses() {
        let rules = |allowed: &[&str], denied: &[&str]| {
            let allowed = allowed.iter().map(|text| NetTarget::parse(text).unwrap());
            let denied = denied.iter().map(|text| denied_target(text).unwrap());
            rules(&allowed.collect::<Vec<_>>(), &denied.collect::<Vec<_>>())
        };
        let reaches =
            |rules: &EgressRules, url: &str| rules.check_url(&url.parse().unwrap()).is_ok();
        let named = rules(&["Example.com", "127.0.0.1:8080", "[::1]:9", "::2"], &[]);
        assert!(
            reaches(&named, "https://example.com/x") && reaches(&named, "http://EXAMPLE.com:81")
        );
        assert!(reaches(&named, "http://127.0.0.1:8080") && reaches(&named, "http://[::1]:9/"));
        assert!(reaches(&named, "http://[::2]") && !reaches(&named, "http://[::1]"));
        assert!(!reaches(&named, "http://127.0.0.1") && !reaches(&named, "http://a.example.com"));
        assert!(!reaches(&named, "http://example.com.evil.org"));
        let public = rules(&[ALL, "127.0.0.1"], &["example.com"]);
        assert!(reaches(&public, "http://a.example") && reaches(&public, "http://127.0.0.1:81"));
        assert!(!reaches(&public, "http://127.0.0.2") && !reaches(&public, "http://example.com"));
        assert!(!reaches(&rules(&[], &[]), "http://example.com"));
    }

    #[test]
    fn addresses_are_told_from_names() {
        for host in ["127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:80"] {
            assert!(is_address(host), "{host}");
        }
        for host in ["example.com", "example.com:80", "a", "localhost"] {
            assert!(!is_address(host), "{host}");
        }
    }
}
