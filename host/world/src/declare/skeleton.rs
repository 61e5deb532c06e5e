//! A program to begin with.

use std::fmt::Write;

use jsvm_declare::{Function, Item, Member, declared};

use crate::WorldSource;
use crate::declare::WorldReader;
use crate::names::is_identifier;

impl WorldSource {
    /// Returns a program in TypeScript that has each export of this world. All functions throw an error. It refers to
    /// the declarations of [`declarations`](Self::declarations).
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join("jsvm-skeleton");
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("hello.wit");
    /// std::fs::write(&path, "package acme:hello; world hello { export greet: func(name: string) -> string; }")?;
    /// let world = jsvm_world::WorldSource::read(&path, None)?;
    /// assert!(world.skeleton().contains(r#"export const greet: World["greet"] = (name) => {"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn skeleton(&self) -> String {
        let world = WorldReader::new(self);
        let module = world.own_module();
        let mut writer = SkeletonWriter {
            items: &module.items,
            world: world.free_names().world,
            text: String::new(),
            namespaces: Vec::new(),
        };
        writer.exports();
        let mut imports = vec![writer.world.clone()];
        imports.extend(writer.namespaces);
        let imports = imports.join(", ");
        format!(
            "import type {{ {imports} }} from {:?};\n{}",
            world.name, writer.text
        )
    }

    /// Returns a test for [`skeleton`](Self::skeleton) in TypeScript: it fails if an export is missing.
    pub fn skeleton_test(&self, program: &str) -> String {
        let module = WorldReader::new(self).own_module();
        let mut names = Vec::new();
        for member in exports(&module.items) {
            names.push(match member {
                Member::Function(function) => format!("{:?}", function.name),
                Member::Property(name, _) | Member::Object { name, .. } => format!("{name:?}"),
                Member::Constructor(..) => continue,
            });
        }
        format!(
            "import * as program from {program:?};\n\n\
             // The functions of a new program throw: call them here when they do something.\n\
             for (const name of [{}]) {{\n  \
               if (!(name in program)) {{\n    \
                 throw new Error(`the program does not export ${{name}}`);\n  \
               }}\n\
             }}\n\
             console.log(\"ok\");\n",
            names.join(", "),
        )
    }
}

/// Returns the members of the interface of all exports, which is the last one.
fn exports(items: &[Item]) -> &[Member] {
    let mut interfaces = items.iter().rev().filter_map(|item| match item {
        Item::Interface { members, .. } => Some(members.as_slice()),
        _ => None,
    });
    interfaces.next().unwrap_or_default()
}

struct SkeletonWriter<'a> {
    items: &'a [Item],
    /// The name of the interface of all exports.
    world: String,
    text: String,
    /// Imported namespaces, as they are written.
    namespaces: Vec<String>,
}

impl<'a> SkeletonWriter<'a> {
    fn exports(&mut self) {
        for member in exports(self.items) {
            match member {
                Member::Function(function) => {
                    let value = arrow(function, "");
                    self.constant(&function.name, &value);
                }
                Member::Property(name, of) => self.interface(name, of),
                _ => {}
            }
        }
    }

    /// Writes an exported constant.
    fn constant(&mut self, name: &str, value: &str) {
        let is_identifier = is_identifier(name);
        let local = match is_identifier {
            true => declared(name),
            false => local_name(name),
        };
        let world = &self.world;
        let text = &mut self.text;
        if is_identifier && local == name {
            _ = writeln!(text, "\nexport const {local}: {world}[{name:?}] = {value};");
            return;
        }
        _ = writeln!(text, "\nconst {local}: {world}[{name:?}] = {value};");
        _ = match is_identifier {
            true => writeln!(text, "export {{ {local} as {name} }};"),
            false => writeln!(text, "export {{ {local} as {name:?} }};"),
        };
    }

    /// Writes the object of an interface, after its classes.
    fn interface(&mut self, name: &str, of: &str) {
        let Some((namespace, _)) = of.split_once('.') else {
            return;
        };
        let items: &'a [Item] = self
            .items
            .iter()
            .find_map(|item| match item {
                Item::Namespace { name, items, .. } if name == namespace => Some(items.as_slice()),
                _ => None,
            })
            .unwrap_or_default();
        let mut value = String::from("{");
        for member in exports(items) {
            match member {
                Member::Function(function) => {
                    let function_text = arrow(function, "  ");
                    _ = write!(value, "\n  {}: {function_text},", function.name);
                }
                Member::Object {
                    name: class,
                    members: statics,
                    ..
                } => {
                    // With the interface before it: a class `Error` would hide the global one.
                    let mut local = local_name(&format!(" {namespace}"));
                    local.push_str(class);
                    self.class(&local, class, namespace, statics, items);
                    _ = write!(value, "\n  {class}: {local},");
                }
                _ => {}
            }
        }
        value.push_str(if value.len() > 1 { "\n}" } else { "}" });
        self.constant(name, &value);
    }

    fn class(
        &mut self,
        local: &str,
        class: &str,
        namespace: &str,
        statics: &[Member],
        items: &[Item],
    ) {
        let types = format!("{}Types", local_name(namespace));
        let import = format!("{namespace} as {types}");
        if !self.namespaces.contains(&import) {
            self.namespaces.push(import);
        }
        let methods = items.iter().find_map(|item| match item {
            Item::Interface { name, members, .. } if name == class => Some(members.as_slice()),
            _ => None,
        });
        _ = writeln!(self.text, "\nclass {local} implements {types}.{class} {{");
        for (members, prefix) in [(statics, "static "), (methods.unwrap_or_default(), "")] {
            for member in members {
                if let Member::Function(function) = member {
                    let name = match function.name.as_str() {
                        "constructor" => "[\"constructor\"]",
                        name => name,
                    };
                    _ = writeln!(
                        self.text,
                        "  {prefix}{name}(): never {{\n    throw new Error({:?});\n  }}",
                        missing(&format!("{class}.{name}"))
                    );
                }
            }
        }
        self.text.push_str("}\n");
    }
}

/// Returns a function that throws.
fn arrow(function: &Function, indent: &str) -> String {
    let params: Vec<_> = function
        .params
        .iter()
        .map(|(name, _)| declared(name))
        .collect();
    let prefix = match function.is_async {
        true => "async ",
        false => "",
    };
    format!(
        "{prefix}({}) => {{\n{indent}  throw new Error({:?});\n{indent}}}",
        params.join(", "),
        missing(&function.name)
    )
}

fn missing(name: &str) -> String {
    format!("{name} is not implemented")
}

/// Returns a name for a variable.
fn local_name(name: &str) -> String {
    let mut local = String::new();
    let mut is_start = name.starts_with(' ');
    for letter in name.chars() {
        match letter.is_ascii_alphanumeric() {
            true if is_start => local.push(letter.to_ascii_uppercase()),
            true => local.push(letter),
            false => {}
        }
        is_start = !letter.is_ascii_alphanumeric() && (letter == ' ' || !local.is_empty());
    }
    declared(&local)
}
