extern crate std;

use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

use crate::http::{header_bytes, header_chars};
use crate::{config, http, keyvalue};

const SOURCES: [(&str, &str); 5] = [
    ("config", include_str!("config.rs")),
    ("http", include_str!("http.rs")),
    ("keyvalue", include_str!("keyvalue.rs")),
    ("module", include_str!("module.rs")),
    ("standalone", include_str!("standalone.rs")),
];

/// The lines of all modules that define a name, without documentation.
fn definitions() -> impl Iterator<Item = (&'static str, &'static str)> {
    SOURCES.iter().flat_map(|(module, source)| {
        let lines = source.lines().map(str::trim);
        let lines = lines.filter(|line| line.starts_with("pub const ") && line.contains("\"jsvm:"));
        lines.map(move |line| (*module, line))
    })
}

#[test]
fn every_name_is_there_once() {
    let mut seen = BTreeMap::new();
    for (module, line) in definitions() {
        let name = line.split('"').nth(1).expect("a name is a string literal");
        if let Some(other) = seen.insert(name, module) {
            panic!("{name} is in {other} and in {module}");
        }
    }
    assert!(!seen.is_empty());
}

#[test]
fn names_are_defined_by_lines_of_their_own() {
    // Otherwise the test above would not find a name.
    for (module, source) in SOURCES {
        let code = source.lines().map(str::trim);
        let code = code.filter(|line| !line.starts_with("//"));
        let all = code.filter(|line| line.contains("\"jsvm:")).count();
        let found = definitions().filter(|(known, _)| *known == module).count();
        assert_eq!(all, found, "{module}");
    }
}

#[test]
fn tables_of_requests_are_whole() {
    let tables = [
        ("jsvm:http-", &http::REQUESTS[..]),
        ("jsvm:keyvalue-", &keyvalue::REQUESTS[..]),
        ("jsvm:config-", &config::REQUESTS[..]),
    ];
    let not_requests = [
        http::HANDLER,
        http::LOST,
        keyvalue::REQUESTS_MODULE,
        config::REQUESTS_MODULE,
    ];
    for (prefix, table) in tables {
        let mut defined: Vec<_> = definitions()
            .filter_map(|(_, line)| line.split('"').nth(1))
            .filter(|name| name.starts_with(prefix) && !not_requests.contains(name))
            .collect();
        let mut listed: Vec<_> = table.iter().map(|(_, name)| *name).collect();
        defined.sort_unstable();
        listed.sort_unstable();
        assert_eq!(defined, listed);
    }
}

#[test]
fn header_values_are_bytes() {
    let all: Vec<u8> = (0..=255).collect();
    let text: String = header_chars(&all).collect();
    assert_eq!(header_bytes(&text).collect::<Vec<_>>(), all);
}
