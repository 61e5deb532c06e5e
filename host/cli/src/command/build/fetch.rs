//! Commands that never fetch, which `wasmtime run` runs without `-S http`.

use std::collections::BTreeSet;

use jsvm::{Error, Vm};

/// Whether the identifier `fetch` occurs in code, if only in a text.
pub fn occurs_in(source: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    source.match_indices("fetch").any(|(start, found)| {
        let before = source[..start].chars().next_back();
        let after = source[start + found.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

/// Adds the identifiers in code, and the words in its texts, which may be names of properties.
pub fn add_identifiers(source: &str, found: &mut BTreeSet<String>) {
    let is_other = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '$');
    for word in source.split(is_other) {
        if !word.is_empty() && !found.contains(word) {
            found.insert(word.to_owned());
        }
    }
}

/// Makes `fetch` fail in words. The program can still reach it by a computed name.
pub fn refuse(vm: &Vm) -> Result<(), Error> {
    refuse_with(
        vm,
        "this file was built without it, because no fetch occurs in its sources. Build it with --fetch",
    )
}

/// The same in a component for a world without HTTP.
pub fn refuse_in_world(vm: &Vm) -> Result<(), Error> {
    refuse_with(
        vm,
        "the world of this component has no wasi:http/outgoing-handler. Add it to the world, or build with \
         --fetch",
    )
}

fn refuse_with(vm: &Vm, reason: &str) -> Result<(), Error> {
    let refuse = vm.eval(
        "(message) => Object.defineProperty(globalThis, 'fetch', { __proto__: null, value: async function fetch() {
           throw new TypeError(message);
         }, writable: true, enumerable: false, configurable: true })",
    )?;
    refuse.call((format!("cannot fetch: {reason}"),))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::occurs_in;

    #[test]
    fn only_the_whole_identifier_counts() {
        for source in [
            "fetch(x)",
            "await globalThis.fetch",
            "export default { fetch() {} }",
            "x=>fetch",
        ] {
            assert!(occurs_in(source), "{source}");
        }
        for source in ["prefetch()", "fetchAll", "$fetch", "fetch_", "Fetch", ""] {
            assert!(!occurs_in(source), "{source}");
        }
    }
}
