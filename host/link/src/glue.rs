//! Generates the modules that scripts import: the JavaScript around the host calls of a linked
//! component.
//!
//! An interface without resources is a module of plain functions. Resources need classes. Their
//! instances have the number of a handle under a symbol, so it is in the data wherever the instance
//! is. Results are numbers, from which these modules create instances.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::component::Linked;
use super::concurrent::EndCall;
use super::exports::{Function, FunctionKind, Interface};
use super::glue_transfers::{self, give, take};
use super::lower::HANDLE;
use super::names::literal;
use super::shape::{ResourceId, ResultShape, Shape};
use jsvm::Module;
use jsvm::extension::{ExtensionFunction, ExtensionModule};

/// The symbol of the function that creates an instance from a handle.
const ADOPT: &str = "jsvm.adopt";

/// The name of the function that drops a resource.
const DROP: &str = "#drop";

/// Creates all modules, by their full names.
pub(crate) fn modules(linked: &Linked) -> BTreeMap<String, ExtensionModule> {
    let mut modules = BTreeMap::new();
    for interface in &linked.exports.interfaces {
        let name = linked.module_name(&interface.export);
        if is_plain(linked, interface) {
            modules.insert(name, native(linked, interface, false));
        } else {
            modules.insert(format!("{name}#raw"), native(linked, interface, true));
            modules.insert(name, Module::es(text(linked, interface)).into());
        }
    }
    modules
}

/// Returns the functions of an interface.
fn functions<'a>(
    linked: &'a Linked,
    interface: &'a Interface,
) -> impl Iterator<Item = &'a Function> {
    let indices = interface.functions.iter();
    indices.map(|index| &linked.exports.functions[*index])
}

fn is_plain(linked: &Linked, interface: &Interface) -> bool {
    let is_root = interface.is_root() && linked.exports.interfaces.len() > 1;
    !is_root
        && interface.classes.is_empty()
        && !functions(linked, interface).any(Function::needs_glue)
}

/// Creates the module of plain functions. Members have their unique names in the component.
fn native(linked: &Linked, interface: &Interface, is_raw: bool) -> ExtensionModule {
    let exports = functions(linked, interface).map(|function| ExtensionFunction {
        export: raw_name(function).to_owned(),
        call: linked.call_name(&interface.export, &function.export),
        length: function.params.len() as u32,
    });
    let drop = is_raw.then(|| ExtensionFunction {
        export: DROP.to_owned(),
        call: linked.drop_name(),
        length: 1,
    });
    let has_ends = is_raw && linked.compiled.is_concurrent;
    let ends = EndCall::ALL.iter().filter(|_| has_ends);
    let ends = ends.map(|(_, name)| ExtensionFunction {
        export: (*name).to_owned(),
        call: linked.end_name(name),
        length: 1,
    });
    let mut exports: Vec<_> = exports.chain(drop).chain(ends).collect();
    exports.sort_by(|one, other| one.export.cmp(&other.export));
    ExtensionModule::HostFunctions(exports)
}

fn raw_name(function: &Function) -> &str {
    match function.kind {
        FunctionKind::Free => &function.name,
        _ => &function.export,
    }
}

/// Creates the source of a module with classes, or with interfaces as its exports.
fn text(linked: &Linked, interface: &Interface) -> String {
    let mut module = Text {
        linked,
        interface,
        imports: String::new(),
        body: String::new(),
        classes: BTreeMap::new(),
    };
    module.write();
    module.imports + &module.body
}

struct Text<'a> {
    linked: &'a Linked,
    interface: &'a Interface,
    imports: String,
    body: String,
    /// The local names of classes.
    classes: BTreeMap<ResourceId, String>,
}

/// Local names of a module begin with `$`, which no export does. An instance that was disposed is
/// not unregistered: to drop its handle again does nothing, and the engine would keep what it is
/// unregistered by alive.
const PRELUDE: &str = r#"
const $handle = Symbol.for("{HANDLE}"), $adopt = Symbol.for("{ADOPT}");
const $dispose = Symbol.dispose ?? Symbol.for("dispose");
const $finalizers = new FinalizationRegistry((handle) => $["{DROP}"](handle));
const $own = (object, handle) => {
    Object.defineProperty(object, $handle, { __proto__: null, value: handle, writable: true, enumerable: true });
    $finalizers.register(object, handle);
    return object;
};
const $release = (object) => {
    const handle = object[$handle];
    if (handle === undefined) return;
    object[$handle] = undefined;
    $["{DROP}"](handle);
};
"#;

impl Text<'_> {
    fn line(&mut self, line: &str) {
        self.body.push_str(line);
        self.body.push('\n');
    }

    fn write(&mut self) {
        let raw = format!("{}#raw", self.linked.module_name(&self.interface.export));
        _ = writeln!(self.imports, "import * as $ from {};", literal(&raw));
        let prelude = PRELUDE
            .replace("{HANDLE}", HANDLE)
            .replace("{ADOPT}", ADOPT)
            .replace("{DROP}", DROP);
        self.line(&prelude);
        let (imports, helpers) = glue_transfers::prelude(self.linked);
        self.imports.push_str(&imports);
        self.line(&helpers);
        let interface = self.interface;
        for (name, id) in &interface.classes {
            let local = self.class(*id);
            self.line(&format!("export {{ {local} as {} }};", literal(name)));
        }
        for function in functions(self.linked, interface) {
            if function.kind == FunctionKind::Free {
                self.free(function);
            }
        }
        if interface.is_root() {
            self.interfaces();
        }
    }

    /// Writes the exports of the root that are interfaces: by their full names, and by their local
    /// names where these are unambiguous.
    fn interfaces(&mut self) {
        let linked = self.linked;
        let interfaces = || linked.exports.interfaces.iter().skip(1);
        let taken: Vec<_> = functions(linked, self.interface)
            .map(|function| &*function.name)
            .collect();
        for (index, interface) in interfaces().enumerate() {
            let local = format!("$i{index}");
            let module = literal(&linked.module_name(&interface.export));
            _ = writeln!(self.imports, "import * as {local} from {module};");
            let mut names = vec![interface.export.clone()];
            let is_newest = interfaces().all(|other| {
                other.export == interface.export
                    || other.name.local() != interface.name.local()
                    || (other.name.base == interface.name.base
                        && other.name.version < interface.name.version)
            });
            let own = super::names::camel(interface.name.local());
            if is_newest && own != interface.export && !taken.contains(&&*own) {
                names.push(own);
            }
            let names: Vec<_> = names
                .iter()
                .map(|name| format!("{local} as {}", literal(name)))
                .collect();
            self.line(&format!("export {{ {} }};", names.join(", ")));
        }
    }

    /// Returns the local name of a class, which is imported or written first.
    fn class(&mut self, id: ResourceId) -> String {
        if let Some(local) = self.classes.get(&id) {
            return local.clone();
        }
        let local = format!("$c{}", id.0);
        self.classes.insert(id, local.clone());
        let resource = &self.linked.exports.resources[id.0];
        let interfaces = &self.linked.exports.interfaces;
        match resource.interface.map(|index| &interfaces[index]) {
            Some(home) if home.export != self.interface.export => {
                let module = literal(&self.linked.module_name(&home.export));
                let name = literal(&resource.class);
                _ = writeln!(
                    self.imports,
                    "import {{ {name} as {local} }} from {module};"
                );
            }
            _ => self.write_class(id, &local),
        }
        local
    }

    fn write_class(&mut self, id: ResourceId, local: &str) {
        let linked = self.linked;
        let class = &linked.exports.resources[id.0].class;
        let members: Vec<_> = functions(linked, self.interface)
            .filter(|function| function.kind.class() == Some(id))
            .collect();
        let mut text = format!("const {local} = {{ {}: class {{\n", literal(class));
        let has_constructor = members
            .iter()
            .any(|member| matches!(member.kind, FunctionKind::Constructor(_)));
        if !has_constructor {
            let message = literal(&format!(
                "{class} has no constructor: the component creates its instances"
            ));
            _ = writeln!(text, "constructor() {{ throw new TypeError({message}); }}");
        }
        for member in members {
            // No class can have such a static function.
            if matches!(member.kind, FunctionKind::Static(_)) && member.name == "prototype" {
                continue;
            }
            let args = arguments(member);
            let target = format!("$[{}]", literal(&member.export));
            let before = if member.is_async { "async " } else { "" };
            let name = literal(&member.name);
            match member.kind {
                FunctionKind::Constructor(_) => {
                    _ = writeln!(
                        text,
                        "constructor({args}) {{ $own(this, {}); }}",
                        self.call_of(member, &target, None)
                    );
                }
                FunctionKind::Method(_) => {
                    let call = self.call_of(member, &target, Some("this?.[$handle]"));
                    let body = self.body_of(member, &call);
                    _ = writeln!(text, "{before}{name}({args}) {{ {body} }}");
                }
                FunctionKind::Static(_) => {
                    let call = self.call_of(member, &target, None);
                    let body = self.body_of(member, &call);
                    _ = writeln!(text, "static {before}{name}({args}) {{ {body} }}");
                }
                FunctionKind::Free => {}
            }
        }
        text.push_str(
            "static [$adopt](handle) { return $own(Object.create(this.prototype), handle); }\n",
        );
        text.push_str("[$dispose]() { $release(this); }\n");
        _ = writeln!(text, "}} }}[{}];", literal(class));
        self.body.push_str(&text);
    }

    fn free(&mut self, function: &Function) {
        let name = literal(&function.name);
        if !function.needs_glue() {
            let raw = literal(&format!(
                "{}#raw",
                self.linked.module_name(&self.interface.export)
            ));
            self.line(&format!("export {{ {name} as {name} }} from {raw};"));
            return;
        }
        let args = arguments(function);
        let before = if function.is_async { "async " } else { "" };
        let call = self.call_of(function, &format!("$[{name}]"), None);
        let body = self.body_of(function, &call);
        let local = format!("$f{}", self.body.len());
        self.line(&format!(
            "const {local} = {{ {before}{name}({args}) {{ {body} }} }}[{name}];\nexport {{ {local} as {name} }};"
        ));
    }

    /// Creates the call of a function of the component.
    fn call_of(&self, function: &Function, target: &str, receiver: Option<&str>) -> String {
        let params = function.params.iter().enumerate();
        let args = params.map(|(index, (_, shape))| match give(self.linked, shape) {
            Some(give) => format!("({give})(a{index})"),
            None => format!("a{index}"),
        });
        let args: Vec<_> = receiver
            .map(str::to_owned)
            .into_iter()
            .chain(args)
            .collect();
        let call = format!("{target}({})", args.join(", "));
        match () {
            () if function.is_async => format!("await $call(($e) => {call}, $options)"),
            () if function.takes_transfers() => format!("$now(($e) => {call})"),
            () => call,
        }
    }

    /// Creates the body of a function that makes a call.
    fn body_of(&mut self, function: &Function, call: &str) -> String {
        let (ok, err) = match &function.result {
            Some(Shape::Result(ResultShape { ok, err })) => (ok.as_deref(), err.as_deref()),
            Some(shape) => (Some(shape), None),
            None => (None, None),
        };
        let ok = ok.and_then(|shape| self.lift(shape));
        let err = err.and_then(|shape| self.lift(shape));
        let value = match ok {
            Some(lift) => format!("return ({lift})({call});"),
            None => format!("return {call};"),
        };
        match err {
            Some(lift) => format!(
                "try {{ {value} }} catch (error) {{ \
                 if (error instanceof Error && \"payload\" in error) \
                 error.payload = ({lift})(error.payload); throw error; }}"
            ),
            None => value,
        }
    }

    /// Creates a function that turns the handles in a value into instances, if there are any.
    fn lift(&mut self, shape: &Shape) -> Option<String> {
        if !shape.has_handles() {
            return None;
        }
        // Parts of an object or array are replaced in place: it was created for this call.
        let parts = |parts: Vec<(String, String)>| {
            let steps = parts.into_iter();
            let steps = steps.map(|(place, lift)| format!("{place} = ({lift})({place});"));
            format!("(v) => {{ {} return v; }}", steps.collect::<String>())
        };
        let tags = |cases: Vec<(&str, String)>| {
            let cases = cases.into_iter().map(|(tag, lift)| {
                format!("case {}: v.val = ({lift})(v.val); break;", literal(tag))
            });
            format!(
                "(v) => {{ switch (v.tag) {{ {} }} return v; }}",
                cases.collect::<String>()
            )
        };
        Some(match shape {
            Shape::Own(id) | Shape::Borrow(id) => {
                let class = self.class(*id);
                format!("(v) => {class}[$adopt](v)")
            }
            Shape::Transfer(id) => take(self.linked, *id),
            Shape::List(inner) | Shape::Fixed(inner, _) => {
                let lift = self.lift(inner)?;
                format!("(v) => v.map(({lift}))")
            }
            Shape::Option(inner) => {
                let lift = self.lift(inner)?;
                match **inner {
                    Shape::Option(_) => tags(vec![("some", lift)]),
                    _ => format!("(v) => v === undefined ? v : ({lift})(v)"),
                }
            }
            Shape::Record(fields) => {
                let fields = fields.iter().filter_map(|field| {
                    let place = format!("v[{}]", literal(&field.key));
                    Some((place, self.lift(&field.shape)?))
                });
                parts(fields.collect())
            }
            Shape::Tuple(shapes) => {
                let elements = shapes.iter().enumerate();
                let elements = elements
                    .filter_map(|(index, shape)| Some((format!("v[{index}]"), self.lift(shape)?)));
                parts(elements.collect())
            }
            Shape::Variant(cases) => {
                let cases = cases
                    .iter()
                    .filter_map(|case| Some((&*case.name, self.lift(case.payload.as_ref()?)?)));
                tags(cases.collect())
            }
            Shape::Result(outcome) => {
                let cases = [("ok", &outcome.ok), ("err", &outcome.err)].into_iter();
                let cases =
                    cases.filter_map(|(tag, shape)| Some((tag, self.lift(shape.as_deref()?)?)));
                tags(cases.collect())
            }
            _ => return None,
        })
    }
}

fn arguments(function: &Function) -> String {
    let names = (0..function.params.len()).map(|index| format!("a{index}"));
    let options = function.is_async.then(|| "$options".to_owned());
    let names = names.chain(options);
    names.collect::<Vec<_>>().join(", ")
}
