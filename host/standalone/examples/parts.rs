//! Prints what each part of the engine costs in a built file, as a table in Markdown.
//!
//! The cost of a part is the difference between a file with everything and one without the part, so what
//! two parts need belongs to neither.

use std::collections::BTreeSet;

use jsvm::{Engine, Vm};
use jsvm_standalone::{ComponentKind, Inclusion, ServiceImports, StandaloneError, component_of};
use wasmparser::{BinaryReaderError, Parser, Payload};

/// Bytes of code and data, and of the whole file.
#[derive(Clone, Copy, Default)]
struct Size {
    code: usize,
    data: usize,
    file: usize,
}

impl Size {
    fn of(file: &[u8]) -> Result<Size, BinaryReaderError> {
        let mut size = Size {
            file: file.len(),
            ..Size::default()
        };
        for payload in Parser::new(0).parse_all(file) {
            match payload? {
                Payload::CodeSectionStart { size: bytes, .. } => size.code += bytes as usize,
                Payload::DataSection(section) => {
                    for segment in section {
                        size.data += segment?.data.len();
                    }
                }
                _ => {}
            }
        }
        Ok(size)
    }

    fn row(self, name: &str) {
        let Size { code, data, file } = self;
        println!("| {name} | {code} | {data} | {file} |");
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vm = Engine::global()?.vm().build()?;
    let references = jsvm_component::references().ok_or("the references cannot be read")?;
    let mut parts = BTreeSet::new();
    parts.extend(
        references
            .features
            .iter()
            .map(|feature| feature.name.clone()),
    );
    parts.extend(references.parts.iter().map(|part| part.name.clone()));
    let builtins: BTreeSet<_> = references
        .builtins
        .iter()
        .map(|it| it.name.clone())
        .collect();
    let everything: Vec<String> = parts.iter().chain(&builtins).cloned().collect();

    println!("| part | code | data | file |\n|---|---|---|---|");
    let mut inclusion = Inclusion::default();
    inclusion.everything = true;
    size(&vm, &inclusion)?.row("everything");
    size(&vm, &Inclusion::default())?.row("a program that does nothing");
    let mut inclusion = Inclusion::default();
    inclusion.with = everything;
    let all = size(&vm, &inclusion)?;
    all.row("all parts");
    let mut without = |name: &str, names: Vec<String>| {
        inclusion.without = names;
        let rest = size(&vm, &inclusion)?;
        let cost = Size {
            code: all.code - rest.code,
            data: all.data - rest.data,
            file: all.file - rest.file,
        };
        cost.row(name);
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    for part in &parts {
        without(&format!("`{part}`"), vec![part.clone()])?;
    }
    without(
        "built-ins that can be left out, of all classes",
        builtins.iter().cloned().collect(),
    )?;
    Ok(())
}

fn size(vm: &Vm, inclusion: &Inclusion) -> Result<Size, Box<dyn std::error::Error>> {
    let mut imports = ServiceImports::default();
    imports.without_fetch = true;
    let built = component_of(vm, ComponentKind::Command, imports, inclusion);
    let built = built.map_err(|error: StandaloneError| error.to_string())?;
    Ok(Size::of(&built.component)?)
}
