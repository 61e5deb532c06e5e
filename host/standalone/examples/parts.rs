//! Prints what each part of the engine costs in a built file, as a table in Markdown.
//!
//! The cost of a part is the difference between a file with everything and one without the part, so what
//! two parts need belongs to neither. Native code is that of wasmtime for this machine.

use std::collections::BTreeSet;

use jsvm::{Engine, Vm};
use jsvm_standalone::{ComponentKind, Inclusion, ServiceImports, StandaloneError, component_of};
use wasmparser::{Parser, Payload};

/// Bytes of code and data, of the whole file, and of the native code that it is compiled to.
#[derive(Clone, Copy, Default)]
struct Size {
    code: usize,
    data: usize,
    file: usize,
    native: usize,
}

impl Size {
    fn of(file: &[u8], compiler: &wasmtime::Engine) -> Result<Size, Box<dyn std::error::Error>> {
        let mut size = Size {
            file: file.len(),
            native: compiler.precompile_component(file)?.len(),
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
        let Size {
            code,
            data,
            file,
            native,
        } = self;
        println!("| {name} | {code} | {data} | {file} | {native} |");
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vm = Engine::global()?.vm().build()?;
    let compiler = wasmtime::Engine::default();
    let size = |inclusion: &Inclusion| size(&vm, inclusion, &compiler);
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

    println!("| part | code | data | file | native code |\n|---|---|---|---|---|");
    let mut inclusion = Inclusion::default();
    inclusion.everything = true;
    size(&inclusion)?.row("everything");
    size(&Inclusion::default())?.row("a program that does nothing");
    let mut inclusion = Inclusion::default();
    inclusion.with = everything;
    let all = size(&inclusion)?;
    all.row("all parts");
    let mut without = |name: &str, names: Vec<String>| {
        inclusion.without = names;
        let rest = size(&inclusion)?;
        let cost = Size {
            code: all.code - rest.code,
            data: all.data - rest.data,
            file: all.file - rest.file,
            // Pages and the order of functions can make the rest a little larger.
            native: all.native.saturating_sub(rest.native),
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

fn size(
    vm: &Vm,
    inclusion: &Inclusion,
    compiler: &wasmtime::Engine,
) -> Result<Size, Box<dyn std::error::Error>> {
    let mut imports = ServiceImports::default();
    imports.without_fetch = true;
    let built = component_of(vm, ComponentKind::Command, imports, inclusion);
    let built = built.map_err(|error: StandaloneError| error.to_string())?;
    Size::of(&built.component, compiler)
}
