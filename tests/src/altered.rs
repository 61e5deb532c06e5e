//! The program's engine, altered: engines of other times, and hostile ones.
#![expect(
    clippy::missing_panics_doc,
    reason = "they are for tests, and panic if the engine is malformed"
)]

use jsvm::COMPONENT;
use jsvm_build::describe::described;
use jsvm_build::nested::{self, replace_modules};
use jsvm_build::section::{Description, SECTION};
use wasm_encoder::{
    CodeSection, ComponentSection, ConstExpr, DataSection, Function, FunctionSection,
    ImportSection, InstanceSection, Instruction, MemoryType, Module, ModuleArg, ModuleSection,
    RawSection, StartSection, TypeSection,
};
use wasmparser::{BinaryReaderError, Instance, Parser, Payload};

/// What the program's engine says about itself.
pub fn description() -> Description {
    let sections = nested::sections(COMPONENT).unwrap().map(Result::unwrap);
    let descriptions = sections.filter_map(|(id, content)| {
        let name = SECTION.as_bytes();
        // A custom section: the length of its name, the name, and the content.
        let content = (id == 0).then(|| content.get(1..)).flatten()?;
        std::str::from_utf8(content.strip_prefix(name)?).ok()
    });
    descriptions.last().unwrap().parse().unwrap()
}

/// The engine without the section that describes it.
pub fn undescribed() -> Vec<u8> {
    altered(&mut |module| module.to_vec())
}

/// The engine with another description.
pub fn with(change: impl FnOnce(&mut Description)) -> Vec<u8> {
    let mut description = description();
    change(&mut description);
    described(undescribed(), &description)
}

/// The engine as another version would have it, which does the same.
pub fn renamed() -> Vec<u8> {
    with(|description| description.version = "9.8.7".to_owned())
}

/// The engine without one of its exported interfaces, as an older version would be.
pub fn without_interface(interface: &str) -> Vec<u8> {
    let name = format!("jsvm:engine/{interface}@").into_bytes();
    let mut component = with(|description| description.version = "0.0.1".to_owned());
    let found = component
        .windows(name.len())
        .enumerate()
        .filter(|(_, bytes)| **bytes == name);
    let found: Vec<_> = found.map(|(position, _)| position).collect();
    assert!(!found.is_empty(), "the engine has no interface {interface}");
    for position in found {
        // A name of the same length: the interface is there, where nobody looks for it.
        component[position + b"jsvm:".len()] = b'x';
    }
    component
}

fn altered(change: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> Vec<u8> {
    replace_modules(COMPONENT, &mut |module| {
        Ok::<_, BinaryReaderError>(change(module))
    })
    .unwrap()
}

/// Sections with their ids.
pub type Sections = Vec<(u8, Vec<u8>)>;

/// The engine with its module changed: each section, by its id.
pub fn with_sections(change: &dyn Fn(u8, &[u8]) -> Sections) -> Vec<u8> {
    let component = altered(&mut |module| {
        // The others are adapters.
        if module.len() < 100_000 {
            return module.to_vec();
        }
        let mut changed = Module::new();
        for section in nested::sections(module).unwrap() {
            let (id, content) = section.unwrap();
            for (id, data) in change(id, content) {
                changed.section(&RawSection { id, data: &data });
            }
        }
        changed.finish()
    });
    described(component, &description())
}

/// The engine with another interface version in all its names, of the same length.
pub fn with_wit(version: &str) -> Vec<u8> {
    let ours = format!("@{}", jsvm_component::WIT_VERSION);
    let theirs = format!("@{version}");
    assert_eq!(ours.len(), theirs.len());
    let mut component = COMPONENT.to_vec();
    let prefix = b"jsvm:engine/";
    let starts: Vec<usize> = (0..component.len() - 80)
        .filter(|start| component[*start..].starts_with(prefix))
        .collect();
    for start in starts {
        let name = &component[start..start + 60];
        let version = name
            .windows(ours.len())
            .position(|part| part == ours.as_bytes());
        if let Some(version) = version {
            component[start + version..][..theirs.len()].copy_from_slice(theirs.as_bytes());
        }
    }
    component
}

/// The engine with one more module, which is instantiated last.
fn with_module(module: &Module, imports_memory: bool) -> Vec<u8> {
    let (mut modules, mut instances, mut of_main) = (0, 0, None);
    let mut main = None;
    for payload in Parser::new(0).parse_all(COMPONENT) {
        match payload.unwrap() {
            Payload::ModuleSection {
                unchecked_range, ..
            } => {
                if unchecked_range.len() > 100_000 {
                    main = Some(modules);
                }
                modules += 1;
            }
            Payload::InstanceSection(section) => {
                for instance in section {
                    if let Instance::Instantiate { module_index, .. } = instance.unwrap()
                        && Some(module_index) == main
                    {
                        of_main = Some(instances);
                    }
                    instances += 1;
                }
            }
            _ => {}
        }
    }
    let mut component = undescribed();
    ModuleSection(module).append_to_component(&mut component);
    let mut section = InstanceSection::new();
    let args = match imports_memory {
        true => vec![("main", ModuleArg::Instance(of_main.unwrap()))],
        false => vec![],
    };
    section.instantiate(modules, args);
    section.append_to_component(&mut component);
    described(component, &description())
}

/// The engine with a module whose start function traps.
pub fn trapping() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut body = Function::new([]);
    body.instruction(&Instruction::Unreachable)
        .instruction(&Instruction::End);
    let mut code = CodeSection::new();
    code.function(&body);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&StartSection { function_index: 0 })
        .section(&code);
    with_module(&module, false)
}

/// The engine with a module that changes its memory before anything runs.
pub fn with_other_memory() -> Vec<u8> {
    let memory = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    let mut imports = ImportSection::new();
    imports.import("main", "memory", memory);
    let mut data = DataSection::new();
    let address = i32::try_from(jsvm_component::BASE_IMAGE_START + 70_000).unwrap();
    data.active(0, &ConstExpr::i32_const(address), *b"lie");
    let mut module = Module::new();
    module.section(&imports).section(&data);
    with_module(&module, true)
}
