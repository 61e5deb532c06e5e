//! Names in the component model, in JavaScript, and in imports.

use std::fmt::Write;

use heck::{ToLowerCamelCase, ToUpperCamelCase};
use semver::Version;

/// Returns the name of a function, field or flag in JavaScript.
pub(crate) fn camel(name: &str) -> String {
    name.to_lower_camel_case()
}

/// Returns the name of a class in JavaScript.
pub(crate) fn pascal(name: &str) -> String {
    name.to_upper_camel_case()
}

/// The name of an interface: `acme:image/filters@1.2.0`, or a plain `filters`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InterfaceName {
    /// The name without the version.
    pub(crate) base: String,
    pub(crate) version: Option<Version>,
}

impl InterfaceName {
    pub(crate) fn parse(name: &str) -> Self {
        let (base, version) = split_version(name);
        InterfaceName {
            base: base.to_owned(),
            version: version.and_then(|version| Version::parse(version).ok()),
        }
    }

    /// Returns the name without the package.
    pub(crate) fn local(&self) -> &str {
        match self.base.split_once('/') {
            Some((_, local)) => local,
            None => &self.base,
        }
    }

    /// Returns the package, if the name has one.
    pub(crate) fn package(&self) -> Option<&str> {
        let (package, _) = self.base.split_once('/')?;
        Some(package)
    }

    /// Whether a version in an import matches this one.
    pub(crate) fn is_version(&self, asked: Option<&str>) -> bool {
        let Some(asked) = asked else {
            return true;
        };
        let Some(version) = &self.version else {
            return false;
        };
        let version = version.to_string();
        // `@1` and `@1.2` match all versions that begin with them.
        version
            .strip_prefix(asked)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Splits a name and its version.
pub(crate) fn split_version(name: &str) -> (&str, Option<&str>) {
    match name.split_once('@') {
        Some((base, version)) => (base, Some(version)),
        None => (name, None),
    }
}

/// The role of an exported function, from its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role<'a> {
    Free(&'a str),
    Constructor(&'a str),
    /// A method: the resource and the name.
    Method(&'a str, &'a str),
    Static(&'a str, &'a str),
}

impl<'a> Role<'a> {
    /// Returns `None` for names whose form is not known.
    pub(crate) fn parse(name: &'a str) -> Option<Self> {
        let Some(rest) = name.strip_prefix('[') else {
            return Some(Role::Free(name));
        };
        let (kind, rest) = rest.split_once(']')?;
        match kind {
            "constructor" => Some(Role::Constructor(rest)),
            "method" => rest.split_once('.').map(|(of, own)| Role::Method(of, own)),
            "static" => rest.split_once('.').map(|(of, own)| Role::Static(of, own)),
            _ => None,
        }
    }
}

/// Whether a component can be linked under a name.
pub(crate) fn is_link_name(name: &str) -> bool {
    let of_name = |c: char| c.is_alphanumeric() || "-_:/.@".contains(c);
    name.starts_with(char::is_alphanumeric)
        && !name.starts_with("jsvm:")
        && !name.starts_with("node:")
        && !name.ends_with('/')
        && name.chars().all(of_name)
}

/// Formats a string literal.
pub(crate) fn literal(text: &str) -> String {
    // What Rust escapes is ASCII that JavaScript reads the same way, but for its braces.
    let mut literal = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            c if c.is_control() => _ = write!(literal, "\\u{{{:x}}}", u32::from(c)),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_asked_for_by_what_they_begin_with() {
        let name = InterfaceName::parse("acme:image/filters@1.12.3");
        assert_eq!(
            (&*name.base, name.local()),
            ("acme:image/filters", "filters")
        );
        assert_eq!(name.package(), Some("acme:image"));
        for asked in [None, Some("1"), Some("1.12"), Some("1.12.3")] {
            assert!(name.is_version(asked), "{asked:?}");
        }
        for asked in ["2", "1.1", "1.12.30", "1."] {
            assert!(!name.is_version(Some(asked)), "{asked}");
        }
        assert!(!InterfaceName::parse("filters").is_version(Some("1")));
    }

    #[test]
    fn names_of_functions_say_what_they_are() {
        assert_eq!(Role::parse("blur-all"), Some(Role::Free("blur-all")));
        assert_eq!(
            Role::parse("[constructor]blob"),
            Some(Role::Constructor("blob"))
        );
        assert_eq!(
            Role::parse("[method]blob.read-at"),
            Some(Role::Method("blob", "read-at"))
        );
        assert_eq!(
            Role::parse("[static]blob.of"),
            Some(Role::Static("blob", "of"))
        );
        assert_eq!(Role::parse("[async]x"), None);
        assert_eq!(
            (camel("blur-all"), pascal("my-blob")),
            ("blurAll".into(), "MyBlob".into())
        );
    }

    #[test]
    fn names_of_links_are_those_that_an_import_can_have() {
        for name in [
            "filters",
            "acme:image",
            "@x",
            "./x",
            "",
            "a b",
            "jsvm:x",
            "a/",
        ] {
            assert_eq!(
                is_link_name(name),
                matches!(name, "filters" | "acme:image"),
                "{name}"
            );
        }
    }
}
