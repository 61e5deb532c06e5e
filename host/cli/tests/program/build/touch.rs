//! What an instance of a file does before its first request.

use std::collections::BTreeSet;
use std::fs;

use wasmparser::{DataKind, FunctionBody, Operator, Parser, Payload, TypeRef};

use crate::make::built;

/// What the start functions of the modules of a component store, and the memory that these begin with.
fn stores(component: &[u8]) -> Vec<(u32, i32)> {
    let mut stored = Vec::new();
    let (mut imports, mut start, mut bodies, mut memory) = (0, None, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } => {
                (imports, start, bodies, memory) = (0, None, Vec::new(), Vec::new());
            }
            Payload::ImportSection(section) => {
                let functions = section.into_imports().map(Result::unwrap);
                imports = functions
                    .filter(|import| matches!(import.ty, TypeRef::Func(_)))
                    .count();
            }
            Payload::StartSection { func, .. } => start = Some(func as usize),
            Payload::CodeSectionEntry(body) => bodies.push(body),
            Payload::DataSection(section) => {
                for data in section {
                    let data = data.unwrap();
                    let DataKind::Active { offset_expr, .. } = data.kind else {
                        continue;
                    };
                    let Ok(Operator::I32Const { value }) =
                        offset_expr.get_operators_reader().read()
                    else {
                        panic!("data at no constant address");
                    };
                    let at = value.cast_unsigned() as usize;
                    memory.resize(memory.len().max(at + data.data.len()), 0);
                    memory[at..at + data.data.len()].copy_from_slice(data.data);
                }
            }
            Payload::End(_) => {
                let Some(start) = start.take() else {
                    continue;
                };
                for (address, value) in pairs(&bodies[start - imports]) {
                    let held = memory[address as usize..].first_chunk().unwrap();
                    assert_eq!(value, i32::from_le_bytes(*held), "at {address:#x}");
                    stored.push((address, value));
                }
            }
            _ => {}
        }
    }
    stored
}

/// The addresses and values of a function that does nothing but store.
fn pairs(body: &FunctionBody<'_>) -> Vec<(u32, i32)> {
    let operators: Vec<_> = body
        .get_operators_reader()
        .unwrap()
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let (stores, []) = operators[..operators.len() - 1].as_chunks::<3>() else {
        panic!("there is something else");
    };
    let pairs = stores.iter().map(|store| match store {
        [
            Operator::I32Const { value: address },
            Operator::I32Const { value },
            Operator::I32Store { memarg },
        ] if memarg.offset == 0 => (address.cast_unsigned(), *value),
        other => panic!("{other:?}"),
    });
    pairs.collect()
}

#[test]
fn pages_of_a_server_are_written_to_with_what_they_hold() {
    let stored = stores(&fs::read(&built("server.js", &[]).file).unwrap());
    let pages: BTreeSet<_> = stored.iter().map(|(address, _)| address / 4096).collect();
    assert_eq!(pages.len(), stored.len(), "a page is written to twice");
    assert!((50..=256).contains(&pages.len()), "{} pages", pages.len());
}

#[test]
fn a_command_begins_with_nothing_else() {
    let file = fs::read(&built("server.js", &["--kind", "command"]).file).unwrap();
    assert_eq!(stores(&file), []);
}
