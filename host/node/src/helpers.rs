//! The helper functions that transformed TypeScript calls. They are part of this library, so a
//! program needs no package for them.

use jsvm::Module;

/// The prefix of their specifiers. No package can have this name.
pub const PACKAGE: &str = "jsvm:typescript";

/// The name of the module without exports, in whose place a package for browsers has nothing.
pub const EMPTY: &str = "jsvm:empty";

const HELPERS: [(&str, &str); 15] = [
    (
        "applyDecorators",
        include_str!("helpers/applyDecorators.js"),
    ),
    ("propertyKey", include_str!("helpers/propertyKey.js")),
    ("decorate", include_str!("helpers/decorate.js")),
    ("decorateParam", include_str!("helpers/decorateParam.js")),
    (
        "decorateMetadata",
        include_str!("helpers/decorateMetadata.js"),
    ),
    ("defineProperty", include_str!("helpers/defineProperty.js")),
    (
        "classPrivateFieldLooseKey",
        include_str!("helpers/privateKey.js"),
    ),
    (
        "classPrivateFieldLooseBase",
        include_str!("helpers/privateBase.js"),
    ),
    (
        "classPrivateMethodInitSpec",
        include_str!("helpers/privateMethods.js"),
    ),
    ("assertClassBrand", include_str!("helpers/assertBrand.js")),
    (
        "classPrivateFieldInitSpec",
        include_str!("helpers/privateInit.js"),
    ),
    (
        "classPrivateFieldGet2",
        include_str!("helpers/privateGet.js"),
    ),
    (
        "classPrivateFieldSet2",
        include_str!("helpers/privateSet.js"),
    ),
    ("toSetter", include_str!("helpers/toSetter.js")),
    ("checkInRHS", include_str!("helpers/checkIn.js")),
];

/// Whether a specifier or name is that of a helper.
pub fn is_helper(name: &str) -> bool {
    text(name).is_some()
}

/// Returns the module of a helper.
pub fn module(name: &str) -> Option<Module> {
    let none: [&str; 0] = [];
    Some(Module::common_js(text(name)?, none).url(name))
}

fn text(name: &str) -> Option<&'static str> {
    if name == EMPTY {
        return Some("");
    }
    let name = name.strip_prefix(PACKAGE)?.strip_prefix("/helpers/")?;
    let (_, text) = HELPERS.iter().find(|(known, _)| *known == name)?;
    Some(text)
}
