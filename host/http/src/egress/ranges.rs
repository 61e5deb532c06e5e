//! Ranges of addresses that are not public.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::IpNet;

/// The kind of an address that is not public.
///
/// The ranges are those of the special-purpose registries of IANA (RFC 6890) that are not globally
/// reachable, multicast, and the metadata services of clouds that are outside of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressKind {
    /// `0.0.0.0/8`, `::`
    Unspecified,
    /// `127.0.0.0/8`, `::1`
    Loopback,
    /// `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`, unique-local `fc00::/7`, site-local
    /// `fec0::/10`
    Private,
    /// `100.64.0.0/10`, which providers use behind their address translation
    Shared,
    /// `169.254.0.0/16` with the metadata services of clouds, `fe80::/10`
    LinkLocal,
    /// Metadata services with other addresses, such as `168.63.129.16` of Azure
    Metadata,
    /// `224.0.0.0/4`, `ff00::/8`
    Multicast,
    /// Ranges for documentation, benchmarks, tunnels and the future
    Reserved,
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AddressKind::Unspecified => "the unspecified address",
            AddressKind::Loopback => "a loopback address",
            AddressKind::Private => "a private address",
            AddressKind::Shared => "a shared address of a provider",
            AddressKind::LinkLocal => "a link-local address",
            AddressKind::Metadata => "the address of a metadata service",
            AddressKind::Multicast => "a multicast address",
            AddressKind::Reserved => "a reserved address",
        })
    }
}

use AddressKind::*;

/// The ranges, with exceptions before the range that they are part of.
const RANGES: [(&str, AddressKind); 31] = [
    ("0.0.0.0/8", Unspecified),
    ("10.0.0.0/8", Private),
    ("100.64.0.0/10", Shared),
    ("127.0.0.0/8", Loopback),
    ("168.63.129.16/32", Metadata),
    ("169.254.0.0/16", LinkLocal),
    ("172.16.0.0/12", Private),
    ("192.0.0.0/24", Reserved),
    ("192.0.2.0/24", Reserved),
    ("192.88.99.0/24", Reserved),
    ("192.168.0.0/16", Private),
    ("198.18.0.0/15", Reserved),
    ("198.51.100.0/24", Reserved),
    ("203.0.113.0/24", Reserved),
    ("224.0.0.0/4", Multicast),
    ("240.0.0.0/4", Reserved),
    ("::/128", Unspecified),
    ("::1/128", Loopback),
    // The rest of the range for IPv4-compatible and translated addresses.
    ("::/32", Reserved),
    ("64:ff9b:1::/48", Reserved),
    ("100::/32", Reserved),
    // Teredo, benchmarks, ORCHID and other assignments of the IETF.
    ("2001::/23", Reserved),
    ("2001:db8::/32", Reserved),
    ("3fff::/20", Reserved),
    ("5f00::/16", Reserved),
    ("fc00::/7", Private),
    ("fe80::/10", LinkLocal),
    ("fec0::/10", Private),
    ("ff00::/8", Multicast),
    // No part of the internet has addresses in these.
    ("4000::/2", Reserved),
    ("8000::/1", Reserved),
];

static PARSED: LazyLock<Vec<(IpNet, AddressKind)>> = LazyLock::new(|| {
    let ranges = RANGES.iter();
    // A test parses each of them.
    ranges
        .filter_map(|(range, kind)| Some((range.parse().ok()?, *kind)))
        .collect()
});

/// Returns the kind of an address, or `None` if it is public.
pub fn kind_of(address: IpAddr) -> Option<AddressKind> {
    let address = plain(address);
    let found = PARSED.iter().find(|(range, _)| range.contains(&address));
    found.map(|(_, kind)| *kind)
}

/// Returns the IPv4 address that an IPv6 address stands for, or the address itself.
pub fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(long) => short(long).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Returns the IPv4 address in an IPv6 address: mapped (`::ffff:a.b.c.d`), compatible (`::a.b.c.d`),
/// translated (`64:ff9b::/96`) or tunnelled (6to4, `2002::/16`).
fn short(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_is_parsed() {
        assert_eq!(PARSED.len(), RANGES.len());
    }

    #[test]
    fn public_addresses_have_no_kind() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.0.0.1",
            "128.0.0.1",
            "168.63.129.15",
            "169.253.1.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
            "2400:cb00::1",
        ] {
            assert_eq!(kind_of(address.parse().unwrap()), None, "{address}");
        }
    }

    #[test]
    fn other_addresses_have_one() {
        for (address, kind) in [
            ("0.0.0.0", Unspecified),
            ("0.1.2.3", Unspecified),
            ("::", Unspecified),
            ("127.0.0.1", Loopback),
            ("127.255.255.255", Loopback),
            ("::1", Loopback),
            ("::ffff:127.0.0.1", Loopback),
            ("::127.0.0.1", Loopback),
            ("::ffff:0:127.0.0.1", Loopback),
            ("64:ff9b::7f00:1", Loopback),
            ("2002:7f00:1::", Loopback),
            ("10.0.0.1", Private),
            ("172.16.0.1", Private),
            ("172.31.255.255", Private),
            ("192.168.0.1", Private),
            ("fd00:ec2::254", Private),
            ("fec0::1", Private),
            ("::ffff:10.0.0.1", Private),
            ("100.100.100.200", Shared),
            ("169.254.169.254", LinkLocal),
            ("fe80::1", LinkLocal),
            ("::ffff:a9fe:a9fe", LinkLocal),
            ("64:ff9b::a9fe:a9fe", LinkLocal),
            ("168.63.129.16", Metadata),
            ("224.0.0.1", Multicast),
            ("239.255.255.255", Multicast),
            ("ff02::1", Multicast),
            ("255.255.255.255", Reserved),
            ("240.0.0.1", Reserved),
            ("192.0.0.192", Reserved),
            ("198.19.255.255", Reserved),
            ("64:ff9b:1::1", Reserved),
            ("2001::1", Reserved),
            ("2001:db8::1", Reserved),
            ("5f00::1", Reserved),
            ("4000::1", Reserved),
            ("9000::1", Reserved),
        ] {
            assert_eq!(kind_of(address.parse().unwrap()), Some(kind), "{address}");
        }
    }
}
