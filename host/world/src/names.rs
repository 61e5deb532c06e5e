//! The names that items of WIT have in JavaScript: those that `jco` makes.
//!
//! | WIT | JavaScript |
//! |---|---|
//! | function, parameter, field, flag | `camelCase` |
//! | resource | `PascalCase`, a class |
//! | case of a variant or an enum | as in WIT |
//! | exported interface `acme:store/kv-store@1.2.0` | export `kvStore`, `acme:store/kv-store@1.2.0` or `acme:store/kv-store` |
//! | imported interface | module `acme:store/kv-store@1.2.0`, or `acme:store/kv-store` if one version is imported |
//! | function that the world imports itself | module of its name in WIT, as default export and by its name |
//!
//! If two exported interfaces have one short name, neither is found by it.

use heck::{ToLowerCamelCase, ToUpperCamelCase};

/// Returns the name of a function, parameter, field or flag.
pub(crate) fn camel(name: &str) -> String {
    name.to_lower_camel_case()
}

/// Returns the name of a class.
pub(crate) fn pascal(name: &str) -> String {
    name.to_upper_camel_case()
}

/// Returns the name of an interface without its version: `acme:store/kv` of `acme:store/kv@1.2.0`.
pub(crate) fn without_version(name: &str) -> &str {
    name.split_once('@').map_or(name, |(name, _)| name)
}

/// Returns the last part of the name of an interface: `kv` of `acme:store/kv@1.2.0`.
pub(crate) fn short(name: &str) -> &str {
    let name = without_version(name);
    name.rsplit_once('/').map_or(name, |(_, short)| short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_jco() {
        for (wit, javascript) in [
            ("get-all", "getAll"),
            ("default", "default"),
            ("x2-y", "x2Y"),
            ("a-URL-b", "aUrlB"),
            ("new", "new"),
        ] {
            assert_eq!(camel(wit), javascript);
        }
        assert_eq!(pascal("output-stream"), "OutputStream");
        assert_eq!(without_version("acme:store/kv@1.2.0"), "acme:store/kv");
        assert_eq!(short("acme:store/kv@1.2.0"), "kv");
        assert_eq!(short("kv"), "kv");
    }
}
