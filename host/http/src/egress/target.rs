//! A host, address or range in a rule.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use url::Host;

use super::ranges::plain;

/// A host, an address or a range of addresses, with a port or without.
///
/// It is parsed from `example.com`, `example.com:8080`, `10.1.2.3`, `10.1.2.3:8080`, `10.0.0.0/8`,
/// `::1`, `[::1]:8080` or `fc00::/7`. Names are compared exactly, without a dot at their end and in
/// lower case.
///
/// ```
/// use jsvm_http::EgressTarget;
/// assert!("example.com:443".parse::<EgressTarget>().is_ok());
/// assert!("https://example.com".parse::<EgressTarget>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressTarget {
    place: TargetPlace,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TargetPlace {
    Name(String),
    Range(IpNet),
}

/// The reason why a text is no [`EgressTarget`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EgressTargetError {
    /// The text is a URL.
    #[error("expected a host, not a URL. Write it without a scheme and path, such as example.com")]
    Url,

    /// The text has a wildcard.
    #[error("expected a host: wildcards are not supported. Name each host")]
    Wildcard,

    /// The port is not a number from 1 to 65535.
    #[error("expected a port from 1 to 65535 after the colon")]
    Port,

    /// The text is not a host, an address or a range.
    #[error("expected a host, an address or a range, such as example.com, 10.1.2.3 or 10.0.0.0/8")]
    Host,
}

impl EgressTarget {
    /// Whether the target is this name.
    pub(super) fn is_name(&self, name: &str) -> bool {
        match &self.place {
            TargetPlace::Name(known) => known == name.trim_end_matches('.'),
            TargetPlace::Range(_) => false,
        }
    }

    /// Whether the target contains an address.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match &self.place {
            TargetPlace::Name(_) => false,
            TargetPlace::Range(range) => {
                range.contains(&address) || range.contains(&plain(address))
            }
        }
    }

    /// Whether the target includes a port. An unknown port is included by targets without a port.
    pub(super) fn is_port(&self, port: Option<u16>) -> bool {
        self.port.is_none() || self.port == port
    }
}

impl FromStr for EgressTarget {
    type Err = EgressTargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains("://") {
            return Err(EgressTargetError::Url);
        }
        if text.contains('*') {
            return Err(EgressTargetError::Wildcard);
        }
        if let Ok(range) = text.parse::<IpNet>() {
            return Ok(EgressTarget {
                place: TargetPlace::Range(range.trunc()),
                port: None,
            });
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(EgressTarget {
                place: address.into(),
                port: None,
            });
        }
        let (host, port) = match text.rsplit_once(':') {
            // The colon is a part of an IPv6 address.
            Some(_) if text.ends_with(']') => (text, None),
            Some((host, port)) => match port.parse() {
                // An IPv6 address with a port has brackets.
                _ if host.contains(':') && !host.ends_with(']') => {
                    return Err(EgressTargetError::Host);
                }
                Ok(port) if port != 0 => (host, Some(port)),
                _ => return Err(EgressTargetError::Port),
            },
            None => (text, None),
        };
        let place = match Host::parse(host).map_err(|_| EgressTargetError::Host)? {
            Host::Ipv4(address) => IpAddr::V4(address).into(),
            Host::Ipv6(address) => IpAddr::V6(address).into(),
            Host::Domain(name) => match name.trim_end_matches('.') {
                "" => return Err(EgressTargetError::Host),
                name => TargetPlace::Name(name.to_owned()),
            },
        };
        Ok(EgressTarget { place, port })
    }
}

impl From<IpAddr> for TargetPlace {
    fn from(address: IpAddr) -> Self {
        TargetPlace::Range(plain(address).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_addresses_and_ranges_are_parsed() {
        let parse = |text: &str| text.parse::<EgressTarget>().unwrap();
        assert!(parse("Example.com").is_name("example.com"));
        assert!(parse("example.com.").is_name("example.com."));
        assert!(!parse("example.com").is_name("a.example.com"));
        assert!(parse("a:81").is_port(Some(81)) && !parse("a:81").is_port(Some(80)));
        assert!(!parse("a:81").is_port(None) && parse("a").is_port(None));
        let contains = |text: &str, address: &str| parse(text).contains(address.parse().unwrap());
        assert!(contains("127.0.0.1:80", "127.0.0.1") && contains("127.1", "127.0.0.1"));
        assert!(contains("10.1.2.3/8", "10.255.0.0") && !contains("10.0.0.0/8", "11.0.0.0"));
        assert!(contains("::1", "::1") && contains("[::1]:80", "::1"));
        assert!(contains("127.0.0.1", "::ffff:127.0.0.1"));
        assert!(contains("::ffff:127.0.0.1", "127.0.0.1"));
        assert!(contains("fc00::/7", "fd00::1") && !contains("fc00::/7", "fe80::1"));
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, error) in [
            ("http://x", EgressTargetError::Url),
            ("*", EgressTargetError::Wildcard),
            ("*.example.com", EgressTargetError::Wildcard),
            ("127.0.0.1:", EgressTargetError::Port),
            ("a:99999", EgressTargetError::Port),
            ("a:0", EgressTargetError::Port),
            ("a:b", EgressTargetError::Port),
            ("[::1]:", EgressTargetError::Port),
            ("", EgressTargetError::Host),
            (".", EgressTargetError::Host),
            ("a/b", EgressTargetError::Host),
            ("a b", EgressTargetError::Host),
            ("10.0.0.0/33", EgressTargetError::Host),
            ("1::2::3", EgressTargetError::Host),
            ("user@host", EgressTargetError::Host),
        ] {
            assert_eq!(text.parse::<EgressTarget>(), Err(error), "{text}");
        }
    }
}
