//! What a component is made of: hosts have a limit on instances of core modules, and some clear the
//! beginning of each memory for each request.

use std::fs;

use wasmparser::{Instance, Parser, Payload};

use crate::make::built;

use super::packages::{COUNTER, Project};

/// The memories that the modules of a component define, and the instances of core modules.
fn shape(component: &[u8]) -> (usize, usize) {
    let (mut memories, mut instances) = (0, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::MemorySection(section) => memories += section.count() as usize,
            Payload::InstanceSection(section) => {
                let made = section.into_iter().map(Result::unwrap);
                instances += made
                    .filter(|instance| matches!(instance, Instance::Instantiate { .. }))
                    .count();
            }
            _ => {}
        }
    }
    (memories, instances)
}

#[test]
fn files_have_one_memory_and_few_instances() {
    let files: [(&str, &[&str]); 6] = [
        ("command.ts", &[]),
        ("server.js", &[]),
        ("server.js", &["--host-environment"]),
        ("server.js", &["--kind", "service"]),
        ("storage.js", &[]),
        ("storage.js", &["--host", "spin"]),
    ];
    for (program, options) in files {
        let file = fs::read(built(program, options).file).unwrap();
        assert_eq!(shape(&file), (1, 4), "{program} {options:?}");
    }
}

#[test]
fn files_that_import_by_name_have_one_memory_too() {
    let project = Project::new(r#"{"acme-store":"1"}"#);
    for options in [&[][..], &["--kind", "service"], &["--host", "spin"]] {
        let file = fs::read(project.build(COUNTER, options)).unwrap();
        assert_eq!(shape(&file), (1, 5), "{options:?}");
    }
}
