//! Decides what each import of the modules and of the VM becomes.

use std::collections::HashMap;

use wasm_encoder::{Function, ValType};

use super::copies::{Copies, Generated};
use super::part::{CoreType, Part, Source, VmModule};
use super::types::Types;
use super::{ALLOC, EXPORTED, FuseError, HEAP, VM, export_for_vm, payload};

/// What the names of interfaces begin with that the modules and the VM have for each other.
const OURS: &str = "jsvm:";
/// What the names of the VM's interfaces begin with.
const ENGINE: &str = "jsvm:engine/";
const HTTP: &str = "wasi:http/";
/// Of WASI 0.2. The interface of 0.3 names what makes streams of bytes, which servers need.
const STDIN: &str = "wasi:cli/stdin@0.2";
const DROP: &str = "[resource-drop]";

/// A function of the fused module, before all indices are known.
#[derive(Clone, Copy)]
pub enum Target {
    /// The import of this index.
    Import(u32),
    /// A function that a module defines: the module, and its index there.
    Defined(usize, u32),
    /// The generated function of this number.
    Generated(usize),
}

/// A function to generate.
enum Request {
    /// Calls a function of the world of a source, and copies what crosses.
    Call {
        source: usize,
        interface: String,
        function: String,
        callee: Target,
        post: Option<Target>,
    },
    /// Returns its argument.
    Identity,
    /// Traps.
    Trap(CoreType),
}

/// What the fused module imports beside what its modules need in any case.
#[derive(Clone, Copy, Debug)]
pub struct Imports {
    /// `wasi:http`. Without it, calls of its functions trap: a driver makes none before its VM fetches.
    pub http: bool,
    /// `wasi:cli/stdin`. Without it, calls of its function trap: a driver makes none before its VM reads.
    pub stdin: bool,
    /// What a module exports of WASI, such as an environment. Without it, the export is used.
    pub environment: bool,
}

/// The modules and what connects them.
pub struct Linked<'a> {
    pub sources: &'a [&'a Source],
    pub parts: Vec<Part<'a>>,
    vm: &'a VmModule<'a>,
    /// Imported functions: module, name and type.
    pub imports: Vec<(String, String, CoreType)>,
    /// What each import of each part becomes.
    pub resolved: Vec<Vec<Target>>,
    /// What the VM imports, by the name of the export.
    pub for_vm: Vec<(String, Target)>,
    requests: Vec<Request>,
    options: Imports,
}

impl<'a> Linked<'a> {
    /// Links modules. The first of them that exports a function provides it for the others.
    pub fn new(
        vm: &'a VmModule<'a>,
        sources: &'a [&'a Source],
        imports: Imports,
    ) -> Result<Self, FuseError> {
        let parts = sources.iter().map(|source| Part::read(&source.core));
        let mut linked = Linked {
            sources,
            parts: parts.collect::<Result<_, _>>()?,
            vm,
            imports: Vec::new(),
            resolved: Vec::new(),
            for_vm: Vec::new(),
            requests: Vec::new(),
            options: imports,
        };
        for part in 0..linked.parts.len() {
            let mut resolved = Vec::new();
            for index in 0..linked.parts[part].imports.len() {
                let import = &linked.parts[part].imports[index];
                let (module, name, ty) = (import.module, import.name, import.ty.clone());
                resolved.push(linked.resolve(part, module, name, ty)?);
            }
            linked.resolved.push(resolved);
        }
        for import in &vm.part.imports {
            let target = linked.resolve_for_vm(import.module, import.name, &import.ty)?;
            let name = export_for_vm(import.module, import.name);
            linked.for_vm.push((name, target));
        }
        Ok(linked)
    }

    /// Resolves an import of a module.
    fn resolve(
        &mut self,
        part: usize,
        module: &str,
        name: &str,
        ty: CoreType,
    ) -> Result<Target, FuseError> {
        if module == HEAP {
            return self.vm_export(name);
        }
        let export = format!("{module}#{name}");
        if let Some(provider) = self.provider(module, &export, part) {
            return self.call(provider, module, name, |linked, name| {
                linked.defined(provider, name)
            });
        }
        if module.starts_with(ENGINE) {
            if let Some(resource) = name.strip_prefix(DROP) {
                return self.vm_export(&format!("{module}#[dtor]{resource}"));
            }
            return self.call(part, module, name, |linked, name| {
                linked
                    .vm
                    .export(name)
                    .is_some()
                    .then(|| linked.import_of_vm(name))
            });
        }
        let is_left_out = (module.starts_with(HTTP) && !self.options.http)
            || (module.starts_with(STDIN) && !self.options.stdin);
        if is_left_out {
            return Ok(self.request(Request::Trap(ty)));
        }
        if module.starts_with(OURS) {
            return Err(FuseError::unfit(format!("nothing exports {export}")));
        }
        if let Some((module, name)) =
            payload::renamed(self.sources[part], &self.parts[part], module, name)
        {
            return Ok(self.import(&module, &name, ty));
        }
        Ok(self.import(module, name, ty))
    }

    /// Resolves an import of the VM.
    fn resolve_for_vm(
        &mut self,
        module: &str,
        name: &str,
        ty: &CoreType,
    ) -> Result<Target, FuseError> {
        if let Some(interface) = module.strip_prefix(EXPORTED) {
            return match name.strip_prefix(DROP) {
                Some(resource) => self.vm_export(&format!("{interface}#[dtor]{resource}")),
                None if *ty == (vec![ValType::I32], vec![ValType::I32]) => {
                    Ok(self.request(Request::Identity))
                }
                None => Err(FuseError::unfit(format!("the VM needs {name}"))),
            };
        }
        let export = format!("{module}#{name}");
        if let Some(provider) = self.provider(module, &export, usize::MAX) {
            return self.call(provider, module, name, |linked, name| {
                linked.defined(provider, name)
            });
        }
        if module.starts_with(OURS) {
            return Err(FuseError::unfit(format!("nothing exports {export}")));
        }
        Ok(self.import(module, name, ty.clone()))
    }

    /// The first module but `but` that exports a function.
    fn provider(&self, module: &str, export: &str, but: usize) -> Option<usize> {
        if self.options.environment && !module.starts_with(OURS) {
            return None;
        }
        let mut parts = self.parts.iter().enumerate();
        parts
            .find(|(index, part)| *index != but && part.export(export).is_some())
            .map(|(index, _)| index)
    }

    /// Calls an exported function, which `find` finds by its name. Its types are those of a source.
    fn call(
        &mut self,
        source: usize,
        module: &str,
        name: &str,
        mut find: impl FnMut(&mut Self, &str) -> Option<Target>,
    ) -> Result<Target, FuseError> {
        let export = format!("{module}#{name}");
        let missing = || FuseError::unfit(format!("nothing exports {export}"));
        let callee = find(self, &export).ok_or_else(missing)?;
        let known = self.sources[source];
        let function = known.function(module, name).ok_or_else(missing)?;
        if !Copies::is_needed(&Types::new(source, known.resolve()), function)? {
            return Ok(callee);
        }
        let post = find(self, &format!("cabi_post_{export}"));
        Ok(self.request(Request::Call {
            source,
            interface: module.to_owned(),
            function: name.to_owned(),
            callee,
            post,
        }))
    }

    fn defined(&self, part: usize, export: &str) -> Option<Target> {
        let index = self.parts[part].export(export)?;
        Some(Target::Defined(part, index))
    }

    /// A function that the VM exports.
    fn vm_export(&mut self, name: &str) -> Result<Target, FuseError> {
        match self.vm.export(name) {
            Some(_) => Ok(self.import_of_vm(name)),
            None => Err(FuseError::unfit(format!("the VM does not export {name}"))),
        }
    }

    fn import_of_vm(&mut self, name: &str) -> Target {
        let ty = self.vm.export(name).cloned().unwrap_or_default();
        self.import(VM, name, ty)
    }

    fn import(&mut self, module: &str, name: &str, ty: CoreType) -> Target {
        let mut known = self.imports.iter();
        let known = known.position(|(other, function, _)| other == module && function == name);
        let index = known.unwrap_or_else(|| {
            self.imports.push((module.to_owned(), name.to_owned(), ty));
            self.imports.len() - 1
        });
        Target::Import(index as u32)
    }

    fn request(&mut self, request: Request) -> Target {
        self.requests.push(request);
        Target::Generated(self.requests.len() - 1)
    }

    /// The index of the allocator.
    pub fn alloc(&mut self) -> Result<u32, FuseError> {
        match self.vm_export(ALLOC)? {
            Target::Import(index) => Ok(index),
            _ => Err(FuseError::unfit("the allocator is not imported")),
        }
    }

    /// The index of a function in the fused module.
    pub fn index(&self, target: Target) -> u32 {
        let imported = self.imports.len() as u32;
        let before = |count: usize| {
            let parts = self.parts[..count].iter();
            imported + parts.map(|part| part.functions.len() as u32).sum::<u32>()
        };
        match target {
            Target::Import(index) => index,
            Target::Defined(part, index) => match self.resolved[part].get(index as usize) {
                Some(target) => self.index(*target),
                None => before(part) + index - self.parts[part].imports.len() as u32,
            },
            Target::Generated(number) => before(self.parts.len()) + number as u32,
        }
    }

    /// Generates the functions that were requested, and behind them those that copy.
    pub fn generate(&mut self) -> Result<Vec<Generated>, FuseError> {
        let alloc = self.alloc()?;
        let base = self.index(Target::Generated(self.requests.len()));
        let mut copies = Copies::new(alloc, base);
        let mut types = HashMap::new();
        let mut generated = Vec::new();
        for request in &self.requests {
            generated.push(match request {
                Request::Call {
                    source,
                    interface,
                    function,
                    callee,
                    post,
                } => {
                    let known = self.sources[*source];
                    let types = types
                        .entry(*source)
                        .or_insert_with(|| Types::new(*source, known.resolve()));
                    let function = known
                        .function(interface, function)
                        .ok_or_else(|| FuseError::unfit(format!("no {interface}#{function}")))?;
                    let post = post.map(|post| self.index(post));
                    copies.call(types, function, self.index(*callee), post)?
                }
                Request::Identity => {
                    let mut body = Function::new([]);
                    body.instructions().local_get(0).end();
                    ((vec![ValType::I32], vec![ValType::I32]), body)
                }
                Request::Trap(ty) => {
                    let mut body = Function::new([]);
                    body.instructions().unreachable().end();
                    (ty.clone(), body)
                }
            });
        }
        generated.extend(copies.finish());
        Ok(generated)
    }
}
