//! Two components as one.

use jsvm::COMPONENT;
use wasm_encoder::{
    Alias, Component, ComponentAliasSection, ComponentExportKind, ComponentExportSection,
    ComponentInstanceSection, ComponentSectionId, RawSection,
};
use wasmparser::{Parser, Payload};

/// What a component imports and exports, by name.
#[derive(Default)]
struct Names<'a> {
    imports: Vec<&'a str>,
    exports: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(component: &'a [u8]) -> Names<'a> {
        let mut names = Names::default();
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(component) {
            match payload.unwrap() {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                Payload::ComponentImportSection(section) if depth == 0 => {
                    let imports = section.into_iter().map(|import| import.unwrap().name.name);
                    names.imports.extend(imports);
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    let exports = section.into_iter().map(|export| export.unwrap().name.name);
                    names.exports.extend(exports);
                }
                _ => {}
            }
        }
        names
    }
}

/// The VM and a component that uses it as one component. It has the imports of the VM, and as its
/// export `consumer` everything that the other exports. Whatever the other imports, the VM must
/// export or import.
pub fn compose(consumer: &[u8]) -> Vec<u8> {
    let vm = Names::of(COMPONENT);
    let mut outer = Component::new();
    // The first sections of the VM describe its imports: they are those of the whole.
    for payload in Parser::new(0).parse_all(COMPONENT) {
        let payload = payload.unwrap();
        let described = matches!(
            payload,
            Payload::ComponentTypeSection(_)
                | Payload::ComponentImportSection(_)
                | Payload::ComponentAliasSection(_)
        );
        match payload.as_section() {
            Some((id, range)) if described => {
                let data = &COMPONENT[range];
                outer.section(&RawSection { id, data });
            }
            Some(_) => break,
            None => {}
        }
    }
    for data in [COMPONENT, consumer] {
        let id = ComponentSectionId::Component.into();
        outer.section(&RawSection { id, data });
    }
    // Instances are numbered: the imports, the VM, those that it exports, the other component.
    let instance = |index| (ComponentExportKind::Instance, index);
    let numbered = |names: &[&'static str], first: u32| {
        let names = names.iter().copied();
        names.zip(first..).collect::<Vec<_>>()
    };
    let imports = numbered(&vm.imports, 0);
    let count = vm.imports.len() as u32;
    let exports = numbered(&vm.exports, count + 1);

    let mut instances = ComponentInstanceSection::new();
    let arg = |(name, index): &(&'static str, u32)| (*name, instance(*index).0, *index);
    instances.instantiate(0, imports.iter().map(arg).collect::<Vec<_>>());
    outer.section(&instances);

    let mut aliases = ComponentAliasSection::new();
    for name in &vm.exports {
        aliases.alias(Alias::InstanceExport {
            instance: count,
            kind: ComponentExportKind::Instance,
            name,
        });
    }
    outer.section(&aliases);

    let wanted = Names::of(consumer).imports;
    let args = exports.iter().chain(&imports);
    let args = args.filter(|(name, _)| wanted.contains(name)).map(arg);
    let mut instances = ComponentInstanceSection::new();
    instances.instantiate(1, args.collect::<Vec<_>>());
    outer.section(&instances);

    let (kind, index) = instance(count + 1 + vm.exports.len() as u32);
    let mut exports = ComponentExportSection::new();
    exports.export("consumer", kind, index, None);
    outer.section(&exports);
    outer.finish()
}
