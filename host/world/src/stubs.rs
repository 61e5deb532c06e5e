//! Stubs of imports, for programs that run without a component.

use std::fmt::Write;

use jsvm_declare::{Class, Function, Item, Module, declared};

use crate::WorldSource;
use crate::declare::WorldReader;

/// A module that stands for an import of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StubModule {
    /// The specifier.
    pub name: String,
    /// The source, an ES module.
    pub source: String,
}

impl WorldSource {
    /// Returns a module for each import of this world. Its functions throw an error that names them.
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join("jsvm-stubs");
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("log.wit");
    /// std::fs::write(&path, "package acme:log; world log { import write: func(line: string); }")?;
    /// let world = jsvm_world::WorldSource::read(&path, None)?;
    /// assert_eq!(world.stubs()[0].name, "write");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stubs(&self) -> Vec<StubModule> {
        let world = WorldReader::new(self);
        let mut stubs = Vec::new();
        for module in world.modules() {
            // The module of the world has types alone.
            if module.name == world.name {
                continue;
            }
            if let Some(alias) = &module.alias {
                stubs.push(StubModule {
                    name: alias.clone(),
                    source: format!("export * from {:?};\n", module.name),
                });
            }
            stubs.push(StubModule {
                source: source(&module),
                name: module.name,
            });
        }
        stubs
    }
}

fn source(module: &Module) -> String {
    let mut text = format!(
        "const stub = (name) => {{\n  \
           throw new Error(`{}#${{name}} is a stub: link a component that exports it with --link FILE`);\n\
         }};\n",
        module.name
    );
    for item in &module.items {
        match item {
            Item::Function(function) => {
                let local = local(&function.name);
                _ = writeln!(
                    text,
                    "const {local} = {}() => stub({:?});\nexport {{ {local} as {} }};",
                    prefix(function),
                    function.name,
                    function.name
                );
            }
            Item::Class(class) => write_class(class, &mut text),
            Item::Default(name) => {
                _ = writeln!(text, "export {{ {} as default }};", local(name));
            }
            _ => {}
        }
    }
    // An interface of types alone is a module, too.
    text.push_str("export {};\n");
    text
}

/// An asynchronous function is rejected.
fn prefix(function: &Function) -> &'static str {
    match function.is_async {
        true => "async ",
        false => "",
    }
}

/// Returns a name that neither a global nor another export has.
fn local(name: &str) -> String {
    format!("stub_{}", declared(name))
}

fn write_class(class: &Class, text: &mut String) {
    let (name, local) = (&class.name, local(&class.name));
    _ = writeln!(text, "class {local} {{");
    _ = writeln!(
        text,
        "  constructor() {{\n    stub({:?});\n  }}",
        format!("{name}.constructor")
    );
    let mut members = |functions: &[Function], prefix: &str| {
        for function in functions {
            let member = format!("{name}.{}", function.name);
            _ = writeln!(
                text,
                "  {prefix}{}[{:?}]() {{\n    stub({member:?});\n  }}",
                self::prefix(function),
                function.name
            );
        }
    };
    members(&class.statics, "static ");
    members(&class.methods, "");
    _ = writeln!(text, "}}\nexport {{ {local} as {name} }};");
}
