//! The names and records of requests as TypeScript, from the constants of the crate `jsvm-protocol`.

use std::fmt::Write as _;

use jsvm_protocol::{config, http, import, keyvalue, module, standalone};

const HEAD: &str = "\
// Written by `./just npm` of the crate `jsvm-protocol`, which documents the names and records.

/** A body: none, all of its bytes, or the number under which they come. */
export type WireBody = undefined | null | Uint8Array | number;

/** Pairs of a name in lower case and a value with one character for each byte. */
export type WireHeaders = [name: string, value: string][];
";

/// A record: its name, a line about it, and its properties with their types. A type that ends with `?`
/// belongs to a property that may be missing.
type Record<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

const RECORDS: [Record<'static>; 6] = [
    (
        "WireRequest",
        "A request of `fetch`.",
        &[
            (http::request::METHOD, "string"),
            (http::request::URL, "string"),
            (http::request::HEADERS, "WireHeaders"),
            (http::request::BODY, "WireBody?"),
            (http::request::DECODE, "boolean?"),
        ],
    ),
    (
        "WireResponse",
        "A response to a request of `fetch`.",
        &[
            (http::response::STATUS, "number"),
            (http::response::STATUS_TEXT, "string"),
            (http::response::HEADERS, "WireHeaders"),
            (http::response::BODY, "WireBody?"),
            (http::response::DECODED, "boolean?"),
        ],
    ),
    (
        "ImportRequest",
        "The argument of a request of `import()`.",
        &[
            (import::SPECIFIER, "string"),
            (import::IMPORTER, "string"),
            (import::ATTRIBUTES, "Record<string, string>"),
        ],
    ),
    (
        "ImportAnswer",
        "The answer to a request of `import()`.",
        &[
            (import::answer::NAME, "string"),
            (
                import::answer::MODULES,
                "Record<string, string | WireModule>?",
            ),
            (import::answer::RESOLVED, "Record<string, string>?"),
        ],
    ),
    (
        "WireModule",
        "A module in an answer or a root.",
        &[
            (module::KIND, "\"module\" | \"commonjs\" | \"json\""),
            (module::TEXT, "string"),
            (module::URL, "string?"),
            (module::MAPPINGS, "string?"),
            (module::EXPORTS, "string[]?"),
        ],
    ),
    (
        "KeyValuePage",
        "A part of the keys of a store.",
        &[
            (keyvalue::page::KEYS, "string[]"),
            (keyvalue::page::NEXT, "string?"),
        ],
    ),
];

/// The source. Scripts follow, each under the name of its constant.
pub(crate) fn write(scripts: &[(&str, String)]) -> String {
    let mut text = HEAD.to_owned();
    for (name, docs, properties) in RECORDS {
        let _ = writeln!(text, "\n/** {docs} */\nexport interface {name} {{");
        for (property, ty) in properties {
            let _ = match ty.strip_suffix('?') {
                Some(ty) => writeln!(text, "  {property}?: {ty};"),
                None => writeln!(text, "  {property}: {ty};"),
            };
        }
        text.push_str("}\n");
    }
    table(
        &mut text,
        "HTTP",
        "The requests of `fetch` and of programs that serve",
        &http::REQUESTS,
    );
    table(
        &mut text,
        "KEYVALUE",
        "The requests of key-value storage",
        &keyvalue::REQUESTS,
    );
    table(
        &mut text,
        "CONFIG",
        "The requests of settings",
        &config::REQUESTS,
    );
    table(
        &mut text,
        "ROOTS",
        "Roots that the VM looks into",
        &[
            ("resolved", standalone::RESOLVED),
            ("modules", standalone::MODULES),
        ],
    );
    table(
        &mut text,
        "MODULES",
        "Modules that programs import, and those that these import",
        &[
            ("keyvalue", keyvalue::MODULE),
            ("keyvalueRequests", keyvalue::REQUESTS_MODULE),
            ("config", config::MODULE),
            ("configRequests", config::REQUESTS_MODULE),
        ],
    );
    for (name, docs, value) in [
        (
            "IMPORT",
            "The request of `import()`.",
            format!("{:?}", import::IMPORT),
        ),
        (
            "MAX_READ_BYTES",
            "The most bytes that one read of a body gives.",
            http::MAX_READ_BYTES.to_string(),
        ),
        (
            "VM_CODINGS",
            "The content codings that the VM removes itself.",
            format!("{:?}", http::VM_CODINGS),
        ),
        (
            "VERSION",
            "The version of these requests.",
            jsvm_protocol::VERSION.to_string(),
        ),
        (
            "OLDEST",
            "The oldest version that is answered.",
            jsvm_protocol::OLDEST.to_string(),
        ),
    ] {
        let _ = writeln!(text, "\n/** {docs} */\nexport const {name} = {value};");
    }
    for (name, script) in scripts {
        let _ = writeln!(
            text,
            "\n/** A script of the crate `jsvm-http`. */\nexport const {name} = {};",
            serde_json::Value::from(script.as_str())
        );
    }
    let key = standalone::ResolvedKey {
        specifier: "${specifier}",
        importer: "${importer}",
        is_require: false,
    };
    let key = key.to_string().replace('\n', "\\n");
    let _ = writeln!(
        text,
        "\n/** The key of an `import` declaration in the root of full names. */\n\
         export function resolvedKey(specifier: string, importer: string): string {{\n  return `{key}`;\n}}"
    );
    text
}

fn table(text: &mut String, name: &str, docs: &str, entries: &[(&str, &str)]) {
    let _ = writeln!(text, "\n/** {docs}. */\nexport const {name} = {{");
    for (key, value) in entries {
        let _ = writeln!(text, "  {key}: {value:?},");
    }
    text.push_str("} as const;\n");
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn names_are_those_of_the_crate() {
        let text = write(&[("INSTALL_FETCH", "x => \"y\"\n".to_owned())]);
        assert!(text.contains(r#"INSTALL_FETCH = "x => \"y\"\n";"#));
        for expected in [
            "  fetch: \"jsvm:http-fetch\",\n",
            "  statusText: string;\n",
            "export const IMPORT = \"jsvm:import\";\n",
            "return `import\\n${importer}\\n${specifier}`;\n",
        ] {
            assert!(text.contains(expected), "{expected:?} is not in\n{text}");
        }
    }
}
