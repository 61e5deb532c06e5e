//! WIT's names as those of TypeScript.

/// `create-host-function` as `createHostFunction`.
pub(crate) fn camel(name: &str) -> String {
    let mut upper = false;
    let mut text = String::new();
    for char in name.chars() {
        match (char, upper) {
            ('-', _) => upper = true,
            (char, true) => {
                text.extend(char.to_uppercase());
                upper = false;
            }
            (char, false) => text.push(char),
        }
    }
    text
}

/// `value-kind` as `ValueKind`.
pub(crate) fn pascal(name: &str) -> String {
    camel(&format!("-{name}"))
}

/// `value-kind` as `VALUE_KIND`.
pub(crate) fn upper(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}
