//! The addresses and ports of `--allow-listen`, and connections without a URL.

use std::net::{IpAddr, SocketAddr};

use jsvm::HostError;

use super::{ALL, Permissions, net};
use crate::command::builtin::error::access_denied;
use crate::command::usage::Usage;

/// A value of `--allow-listen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenTarget {
    /// The flag without a value.
    Anywhere,
    At {
        host: Option<ListenHost>,
        port: Option<u16>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenHost {
    /// `localhost`: every loopback address.
    Local,
    Address(IpAddr),
}

impl ListenTarget {
    pub fn parse(text: &str) -> Result<ListenTarget, Usage> {
        if text == ALL {
            return Ok(ListenTarget::Anywhere);
        }
        let host = |text: &str| match text {
            "localhost" => Some(ListenHost::Local),
            text => text.parse().ok().map(ListenHost::Address),
        };
        let found = if let Ok(port) = text.parse() {
            Some((None, Some(port)))
        } else if let Ok(address) = text.parse::<SocketAddr>() {
            let host = ListenHost::Address(address.ip());
            Some((Some(host), Some(address.port())))
        } else if let Some(host) = host(text.trim_matches(['[', ']'])) {
            Some((Some(host), None))
        } else {
            let parts = text.split_once(':');
            parts.and_then(|(name, port)| {
                let port: u16 = port.parse().ok()?;
                Some((Some(host(name)?), Some(port)))
            })
        };
        match found {
            Some((host, port)) => Ok(ListenTarget::At { host, port }),
            None => Err(Usage(
                "expected a port, an address of this machine, or both, such as 8080, 127.0.0.1 or \
                 localhost:8080"
                    .into(),
            )),
        }
    }

    fn contains(&self, address: SocketAddr) -> bool {
        match self {
            ListenTarget::Anywhere => true,
            ListenTarget::At { host, port } => {
                let is_host = host.is_none_or(|host| match host {
                    ListenHost::Local => address.ip().to_canonical().is_loopback(),
                    ListenHost::Address(allowed) => allowed == address.ip(),
                });
                is_host && port.is_none_or(|port| port == address.port())
            }
        }
    }
}

impl Permissions {
    /// Checks that a program can listen at an address.
    pub fn listen(&self, address: SocketAddr) -> Result<(), HostError> {
        if self.listen.iter().any(|target| target.contains(address)) {
            return Ok(());
        }
        let message = format!(
            "cannot listen at {address}: permission denied. Allow it with --allow-listen={}",
            // Every address is what people mean by a port alone.
            match address.ip().is_unspecified() {
                true => address.port().to_string(),
                false => address.to_string(),
            }
        );
        Err(access_denied(&message, "Net", &address.to_string()))
    }

    /// Whether the program can listen somewhere.
    pub fn listens(&self) -> bool {
        !self.listen.is_empty()
    }

    /// Checks that a program can connect to an address. `names` are those that it resolved to the
    /// address: a rule may allow one of them.
    pub fn connect(&self, address: SocketAddr, names: &[String]) -> Result<(), HostError> {
        let (ip, port) = (address.ip(), address.port());
        let by_name = |name: &String| {
            let allowed = self.egress.check_host(name, port);
            allowed.and_then(|()| self.egress.check_address(name, ip))
        };
        let mut refused = match self.egress.check_host(&ip.to_string(), port) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        for name in names {
            match by_name(name) {
                Ok(()) => return Ok(()),
                // People know the name.
                Err(error) => refused = error,
            }
        }
        Err(net::denied(&refused))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_addresses_and_both_are_allowed() {
        let allows = |target: &str, address: &str| {
            let target = ListenTarget::parse(target).unwrap();
            target.contains(address.parse().unwrap())
        };
        assert!(allows(ALL, "0.0.0.0:80") && allows("80", "[::]:80"));
        assert!(!allows("80", "0.0.0.0:81") && !allows("80", "0.0.0.0:0"));
        assert!(allows("127.0.0.1", "127.0.0.1:5") && !allows("127.0.0.1", "0.0.0.0:5"));
        assert!(allows("localhost", "[::1]:5") && allows("localhost:5", "127.0.0.1:5"));
        assert!(!allows("localhost:5", "127.0.0.1:6") && !allows("localhost", "10.0.0.1:6"));
        assert!(allows("[::1]:5", "[::1]:5") && allows("[::1]", "[::1]:5"));
        for text in [
            "",
            "example.com",
            "example.com:80",
            "99999",
            "127.0.0.1:",
            "a:b",
            "*",
        ] {
            assert!(ListenTarget::parse(text).is_err(), "{text}");
        }
    }
}
