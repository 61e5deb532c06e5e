extern crate std;

use std::collections::BTreeMap;
use std::format;
use std::string::String;
use std::vec::Vec;

use crate::http::{header_bytes, header_chars};
use crate::{config, http, keyvalue};

const SOURCES: [(&str, &str); 6] = [
    ("config", include_str!("config.rs")),
    ("http", include_str!("http.rs")),
    ("import", include_str!("import.rs")),
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
        http::GONE,
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

/// The string constants of this crate, as `module.path CONSTANT "value"`, sorted.
fn constants() -> Vec<String> {
    let mut all = Vec::new();
    for (module, source) in SOURCES {
        let mut inner = None;
        for line in source.lines() {
            if line == "}" {
                inner = None;
            }
            if let Some(name) = line.strip_prefix("pub mod ") {
                inner = name.strip_suffix(" {");
            }
            let Some(constant) = line.trim().strip_prefix("pub const ") else {
                continue;
            };
            if let Some((name, value)) = constant.split_once(": &str = ") {
                let value = value.trim_end_matches(';');
                let path = inner.map_or(module.into(), |inner| format!("{module}.{inner}"));
                all.push(format!("{path} {name} {value}"));
            }
        }
    }
    all.sort();
    all
}

/// The files of versions that are answered: see the module `version`.
const VERSIONS: [(u16, &str); 2] = [
    (1, include_str!("../versions/1.txt")),
    (2, include_str!("../versions/2.txt")),
];

#[test]
fn versions_in_the_window_are_answered() {
    let now = constants();
    let known: Vec<u16> = VERSIONS.iter().map(|(version, _)| *version).collect();
    let answered: Vec<u16> = (crate::OLDEST..=crate::VERSION).collect();
    assert_eq!(known, answered, "each version has a file, from OLDEST on");
    for (version, names) in VERSIONS {
        for line in names.lines() {
            assert!(
                now.iter().any(|found| found == line),
                "frozen programs of version {version} rely on `{line}`. Restore it, and give the \
                 new meaning another name"
            );
        }
    }
    let Some((version, newest)) = VERSIONS.last() else {
        panic!("there is no version");
    };
    for line in &now {
        assert!(
            newest.lines().any(|known| known == line),
            "`{line}` is not in version {version}: raise `VERSION`, and write \
             versions/{}.txt with all lines of versions/{version}.txt and the new one",
            version + 1
        );
    }
}

#[test]
fn files_of_versions_are_never_edited() {
    // FNV-1a of each. A version that was released is a promise.
    let digest = |text: &str| {
        text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        })
    };
    let digests: Vec<_> = VERSIONS.iter().map(|(_, text)| digest(text)).collect();
    assert_eq!(digests, [0xc4ec41185ef71d10, 0x2b697fb363d530f9]);
}
