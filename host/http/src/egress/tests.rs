//! Tests of the rules.

use super::*;

fn rules(start: EgressRules, allowed: &[&str], denied: &[&str]) -> EgressRules {
    let target = |text: &&str| text.parse::<EgressTarget>().unwrap();
    let rules = allowed.iter().map(target).fold(start, EgressRules::allow);
    denied.iter().map(target).fold(rules, EgressRules::deny)
}

fn reaches(rules: &EgressRules, url: &str) -> bool {
    rules.check_url(&url.parse().unwrap()).is_ok()
}

fn connects(rules: &EgressRules, name: &str, address: &str) -> bool {
    rules.check_address(name, address.parse().unwrap()).is_ok()
}

#[test]
fn public_rules_leave_out_what_is_not_public() {
    let rules = EgressRules::public();
    assert!(reaches(&rules, "https://example.com/") && reaches(&rules, "http://8.8.8.8:81"));
    for url in [
        "http://127.0.0.1",
        "http://127.1",
        "http://0x7f000001",
        "http://0",
        "http://[::1]",
        "http://[::ffff:127.0.0.1]",
        "http://[64:ff9b::7f00:1]",
        "http://169.254.169.254",
        "http://10.0.0.1",
        "http://[fd00::1]",
        "http://①②⑦.0.0.1",
        "http://127.0.0.1.",
    ] {
        assert!(!reaches(&rules, url), "{url}");
    }
    assert!(connects(&rules, "example.com", "8.8.8.8"));
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "::1",
        "fe80::1",
        "::ffff:169.254.169.254",
    ] {
        assert!(!connects(&rules, "example.com", address), "{address}");
        assert!(!connects(&rules, "localhost", address), "{address}");
    }
}

#[test]
fn a_named_host_is_not_a_named_address() {
    let rules = rules(EgressRules::none(), &["db.internal"], &[]);
    assert!(reaches(&rules, "http://db.internal/") && !reaches(&rules, "http://10.0.0.1/"));
    assert!(!connects(&rules, "db.internal", "10.0.0.1"));
}

#[test]
fn a_named_address_opens_names_that_resolve_to_it() {
    let rules = rules(EgressRules::none(), &["db.internal", "10.0.0.0/8"], &[]);
    assert!(connects(&rules, "db.internal", "10.1.1.1"));
    assert!(!connects(&rules, "db.internal", "192.168.0.1"));
    assert!(reaches(&rules, "http://10.1.1.1/") && !reaches(&rules, "http://8.8.8.8/"));
}

#[test]
fn an_address_with_a_port_opens_no_name() {
    let rules = rules(EgressRules::public(), &["127.0.0.1:8080"], &[]);
    assert!(reaches(&rules, "http://127.0.0.1:8080"));
    assert!(!reaches(&rules, "http://127.0.0.1:22"));
    assert!(!connects(&rules, "rebound.example", "127.0.0.1"));
}

#[test]
fn localhost_opens_loopback_addresses_for_itself() {
    for start in [EgressRules::none(), EgressRules::public()] {
        let rules = rules(start, &["localhost:8080"], &[]);
        assert!(reaches(&rules, "http://localhost:8080"));
        assert!(!reaches(&rules, "http://localhost:22"));
        assert!(!reaches(&rules, "http://127.0.0.1:8080"));
        assert!(connects(&rules, "localhost", "127.0.0.1") && connects(&rules, "localhost", "::1"));
        assert!(!connects(&rules, "localhost", "10.0.0.1"));
        assert!(!connects(&rules, "rebound.example", "127.0.0.1"));
    }
}

#[test]
fn denied_targets_take_precedence() {
    let rules = rules(
        EgressRules::public(),
        &["example.com", "10.0.0.0/8"],
        &["example.com", "evil.test:80", "10.0.0.1", "8.8.8.0/24"],
    );
    for url in [
        "http://example.com",
        "https://EXAMPLE.com.",
        "http://evil.test",
        "http://10.0.0.1",
        "http://[::ffff:10.0.0.1]",
        "http://8.8.8.8",
    ] {
        assert!(!reaches(&rules, url), "{url}");
    }
    assert!(reaches(&rules, "https://evil.test") && reaches(&rules, "http://10.0.0.2"));
    assert!(!connects(&rules, "other.test", "10.0.0.1"));
    assert!(!connects(&rules, "other.test", "8.8.8.8"));
    assert!(connects(&rules, "other.test", "8.8.4.4"));
}

#[test]
fn names_are_resolved_within_the_rules() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let resolve = |rules: EgressRules| runtime.block_on(rules.rule_set().resolve("localhost"));
    let refused = resolve(EgressRules::public()).unwrap_err();
    assert!(matches!(
        refused.downcast_ref(),
        Some(EgressError::NotPublic {
            kind: AddressKind::Loopback,
            ..
        })
    ));
    let found = resolve(rules(EgressRules::none(), &["localhost"], &[])).unwrap();
    assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()));
}

#[test]
fn rules_share_a_pool_with_their_clones_only() {
    let rules = EgressRules::public();
    assert!(Arc::ptr_eq(&rules.client, &rules.clone().client));
    assert!(!Arc::ptr_eq(&rules.client, &EgressRules::public().client));
    let changed = rules.clone().deny("example.com".parse().unwrap());
    assert!(!Arc::ptr_eq(&rules.client, &changed.client));
    assert!(Arc::ptr_eq(
        &EgressRules::default().client,
        &EgressRules::default().client
    ));
}
