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
use jsvm_declare::declared;
use wit_parser::{Resolve, World, WorldItem, WorldKey};

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

/// The names that an export of a program may have.
#[derive(Clone, Debug)]
pub(crate) struct ExportName {
    /// The names in the order in which they are looked for. A function has one.
    pub(crate) names: Vec<String>,
    /// The namespace of its types, for an interface.
    pub(crate) namespace: String,
}

impl ExportName {
    /// Returns the name that the interface `World` has.
    pub(crate) fn key(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

/// Returns the name of an import or an export, as in WIT.
pub(crate) fn key_name(resolve: &Resolve, key: &WorldKey) -> String {
    match key {
        WorldKey::Name(name) => name.clone(),
        WorldKey::Interface(id) => resolve.id_of(*id).unwrap_or_default(),
    }
}

/// Returns the names of the exports of a world, in their order.
pub(crate) fn export_names(resolve: &Resolve, world: &World) -> Vec<ExportName> {
    let all: Vec<String> = world
        .exports
        .keys()
        .map(|key| key_name(resolve, key))
        .collect();
    let interfaces: Vec<&String> = all
        .iter()
        .zip(world.exports.values())
        .filter(|(_, item)| matches!(item, WorldItem::Interface { .. }))
        .map(|(name, _)| name)
        .collect();
    let short_name = |name: &str| camel(short(name));
    let plain_name = |name: &str| without_version(name).to_owned();
    let is_only = |by: &dyn Fn(&str) -> String, name: &str| {
        let same = interfaces.iter().filter(|other| by(other) == by(name));
        same.count() == 1
    };
    let items = all.iter().zip(world.exports.values());
    items
        .map(|(name, item)| {
            if !matches!(item, WorldItem::Interface { .. }) {
                let (names, namespace) = (vec![camel(name)], String::new());
                return ExportName { names, namespace };
            }
            let is_clear = is_only(&short_name, name);
            let candidates = [
                is_clear.then(|| short_name(name)),
                Some(name.clone()),
                is_only(&plain_name, name).then(|| plain_name(name)),
            ];
            let mut names: Vec<String> = Vec::new();
            for name in candidates.into_iter().flatten() {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let namespace = match is_clear {
                true => short_name(name),
                // A letter before digits keeps versions apart.
                false => camel(&name.replace(['.', '+'], "-v")),
            };
            ExportName {
                names,
                namespace: declared(&namespace),
            }
        })
        .collect()
}

/// Whether a name can be that of a variable, reserved words aside.
pub(crate) fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric())
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
