//! Hostile sources fail by a limit, and others do not.

use std::time::{Duration, Instant};

use crate::{
    Analysis, CompilerOptions, Converted, File, Language, ModuleKind, SyntaxError, TranspilerError,
    analyse, convert, ends_in_import, imported_later, imports_as_script,
};

fn options() -> CompilerOptions {
    CompilerOptions {
        legacy_decorators: false,
        decorator_metadata: false,
        strict_null_checks: false,
        define_class_fields: true,
        keep_unused_imports: false,
        classic_jsx: false,
        jsx_import_source: None,
        jsx_factory: None,
        jsx_fragment_factory: None,
        helper_package: "helpers".to_owned(),
    }
}

/// Converts TypeScript.
fn typescript(source: &str) -> Result<Result<Converted, SyntaxError>, TranspilerError> {
    let file = File {
        language: Language::Tsx,
        kind: None,
        package_kind: None,
    };
    convert(source, &file, &options()).map(|converted| (*converted).clone())
}

/// Analyses CommonJS that parses.
fn exports(source: &str) -> Analysis {
    let analysis = analyse(source, Some(ModuleKind::CommonJs)).unwrap();
    (*analysis).clone().unwrap()
}

/// Patterns that nest when they are repeated, most of them behind what hides it from a count of
/// brackets.
const DEEP: [&str; 30] = [
    "(/*);*/",
    "[/*];*/",
    "{a:/*};*/",
    "a=>/*;*/",
    "!//;\n",
    "if(a);/**/else ",
    "`;${/*}*/",
    "function f(){/*};*/",
    "[/];/,",
    "a=/*;*/",
    "';'?1:",
    "a?b:",
    "1+/*;*/",
    "';'+",
    "a=>",
    "typeof ",
    "await ",
    "if(a)",
    "do ",
    "a:",
    "new ",
    "x={a:",
    "class A{[",
    "<a>",
    "a?.[",
    "...",
    "f(",
    "(",
    "[",
    "{",
];

/// The same for types.
const DEEP_TYPES: [&str; 8] = [
    "A</*;*/",
    "(a:",
    "[",
    "{a:",
    "keyof ",
    "A extends B?C:",
    "A|(",
    "typeof a<",
];

#[test]
fn nothing_nests_too_deeply_for_the_process() {
    for (pattern, start) in DEEP
        .map(|pattern| (pattern, ""))
        .into_iter()
        .chain(DEEP_TYPES.map(|pattern| (pattern, "type T=")))
    {
        for count in [1_000, 99_000] {
            let source = format!("{start}{}", pattern.repeat(count));
            let before = Instant::now();
            let outcomes = [
                typescript(&source).map(|_| ()),
                analyse(&source, None).map(|_| ()),
                imported_later(&source, ModuleKind::CommonJs).map(|_| ()),
            ];
            eprintln!("{pattern:?} {count} {:?} {outcomes:?}", before.elapsed());
            for outcome in outcomes {
                match outcome {
                    Ok(())
                    | Err(
                        TranspilerError::Depth | TranspilerError::Memory | TranspilerError::Time,
                    ) => {}
                    Err(error) => panic!("{pattern}: {error}"),
                }
            }
        }
    }
}

#[test]
fn depth_that_people_write_is_no_problem() {
    for (start, middle, end) in [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("f(", "", ")"),
        ("{", "", "}"),
    ] {
        let source = format!("{}{middle}{}", start.repeat(3_000), end.repeat(3_000));
        assert!(typescript(&source).unwrap().is_ok(), "{start}");
        assert!(analyse(&source, None).unwrap().is_some(), "{start}");
    }
    let sum = format!("a = {}1;", "'b' + ".repeat(20_000));
    assert!(typescript(&sum).unwrap().is_ok());
    let ifs = format!("{};", "if (a) b; else ".repeat(5_000));
    assert!(typescript(&ifs).unwrap().is_ok());
    assert!(matches!(
        typescript(&"(".repeat(1_000_000)),
        Err(TranspilerError::Depth)
    ));
}

#[test]
fn exponential_types_run_out_of_time_or_memory() {
    let levels = 24;
    let source = format!(
        "type T={}B{};",
        "(infer U extends ".repeat(levels),
        "?1:2)".repeat(levels)
    );
    let start = Instant::now();
    let error = typescript(&source).unwrap_err();
    assert!(
        matches!(error, TranspilerError::Time | TranspilerError::Memory),
        "{error}"
    );
    assert!(start.elapsed() < Duration::from_secs(60));
    // It is remembered.
    let start = Instant::now();
    typescript(&source).unwrap_err();
    assert!(start.elapsed() < Duration::from_millis(500));
}

/// Sources that took quadratic time or memory.
#[test]
fn long_sources_are_converted_within_the_limits() {
    let line = format!("let a = 'é', b: number; {}", "b=a+b;".repeat(50_000));
    assert!(typescript(&line).unwrap().is_ok());
    let ifs = "if(a)".repeat(20_000) + ";";
    match typescript(&ifs) {
        Ok(converted) => assert!(converted.unwrap().code.len() < 400_000),
        Err(error) => assert!(matches!(error, TranspilerError::Depth)),
    }
    let names: String = (0..100_000).map(|n| format!("exports.a{n}=1;")).collect();
    assert_eq!(exports(&names).names.len(), 100_000);
    let chain: String = (0..100_000)
        .map(|n| format!("var a{n}=a{};", n + 1))
        .collect();
    let found = exports(&format!("var a0=exports;{chain}a100000.last=1;"));
    assert_eq!(found.names, ["last"]);
    let chain: String = (0..100_000).map(|n| format!("a{n}=a{};", n + 1)).collect();
    let found = exports(&format!("module.exports=a0;{chain}a100000={{last:1}};"));
    assert_eq!(found.names, ["last"]);
    for pattern in ["exports=", "exports.a=", "Object.assign(exports,"] {
        let source = pattern.repeat(10_000)
            + "{b:1}"
            + &")".repeat(if pattern.ends_with(',') { 10_000 } else { 0 });
        match analyse(&source, Some(ModuleKind::CommonJs)) {
            Ok(analysis) => assert!((*analysis).as_ref().unwrap().names.len() <= 2),
            Err(error) => assert!(matches!(error, TranspilerError::Depth)),
        }
    }
    let imports: String = (0..50_000)
        .map(|n| format!("()=>import('a{n}');"))
        .collect();
    assert_eq!(
        imported_later(&imports, ModuleKind::Es).unwrap().len(),
        50_000
    );
}

#[test]
fn sources_that_are_too_large_run_out_of_memory() {
    let source = "a=1;".repeat(10_000_000);
    let error = typescript(&source).unwrap_err();
    assert!(
        matches!(error, TranspilerError::Memory | TranspilerError::Time),
        "{error}"
    );
}

#[test]
fn exports_of_chains_are_found() {
    for (source, names) in [
        (
            "exports = module.exports = { a: 1 }; exports.b = 2",
            ["a", "b"],
        ),
        (
            "var x = exports = module.exports = y = {}; y.a = 1; x.b = 2",
            ["a", "b"],
        ),
        (
            "Object.assign(exports, Object.assign(x, { a: 1 }), { b: 2 })",
            ["a", "b"],
        ),
        (
            "module.exports = Object.assign({ a: 1 }, { b: 2 })",
            ["a", "b"],
        ),
        ("module.exports = f.g = { a: 1, b: 2 }", ["a", "b"]),
        (
            "Object.keys(o).forEach(k => exports[k] = o[k]); var o = { a: 1, b: 2 }",
            ["a", "b"],
        ),
    ] {
        let mut found = exports(source).names;
        found.sort();
        assert_eq!(found, names, "{source}");
    }
}

#[test]
fn scripts_are_hostile_too() {
    let deep = format!("import a from 'b'; import {}", "{".repeat(500_000));
    assert!(imports_as_script(&deep).is_ok());
    assert!(ends_in_import(&deep).is_ok());
}
