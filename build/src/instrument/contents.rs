//! The facts about a module that the pass needs before it writes the module again.

use std::collections::{HashMap, HashSet};

use wasmparser::types::{EntityType, Types};
use wasmparser::{
    FunctionBody, KnownCustom, Name, Operator, Parser, Payload, TypeRef, ValType, Validator,
};

/// Tables of a valid module. Indices are those of the module.
pub(super) struct Contents<'a> {
    types: Types,
    imported_functions: u32,
    /// Functions that each function defined in the module calls by index.
    calls: Vec<Vec<u32>>,
    /// Values of the globals that are `i32` constants.
    constants: Vec<Option<i32>>,
    exports: HashMap<&'a str, u32>,
    names: HashMap<&'a str, u32>,
}

impl<'a> Contents<'a> {
    /// Validates a module and reads it.
    pub fn read(core: &'a [u8]) -> Result<Self, wasmparser::Error> {
        let mut contents = Self {
            types: Validator::new().validate_all(core)?,
            imported_functions: 0,
            calls: Vec::new(),
            constants: Vec::new(),
            exports: HashMap::new(),
            names: HashMap::new(),
        };
        for payload in Parser::new(0).parse_all(core) {
            contents.add(payload?)?;
        }
        Ok(contents)
    }

    fn add(&mut self, payload: Payload<'a>) -> Result<(), wasmparser::Error> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import?.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => self.imported_functions += 1,
                        TypeRef::Global(_) => self.constants.push(None),
                        _ => {}
                    }
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    let value = global.init_expr.get_operators_reader().read()?;
                    self.constants.push(match value {
                        Operator::I32Const { value } if !global.ty.mutable => Some(value),
                        _ => None,
                    });
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports.insert(export.name, export.index);
                }
            }
            Payload::CodeSectionEntry(body) => self.calls.push(called(&body)?),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(subsections) = section.as_known() {
                    for subsection in subsections {
                        self.add_names(subsection?)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn add_names(&mut self, subsection: Name<'a>) -> Result<(), wasmparser::Error> {
        if let Name::Function(functions) = subsection {
            for function in functions {
                let function = function?;
                self.names.insert(function.name, function.index);
            }
        }
        Ok(())
    }

    /// Number of imported functions, which come first.
    pub fn imported_functions(&self) -> u32 {
        self.imported_functions
    }

    /// How many parameters a function has.
    pub fn parameters(&self, function: u32) -> u32 {
        let ty = self.types.as_ref().core_function_at(function);
        self.types[ty].unwrap_func().params().len() as u32
    }

    /// The function of this name in the name section.
    pub fn function_named(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    /// The functions in whose names a text occurs.
    pub fn functions_with(&self, text: &str) -> impl Iterator<Item = u32> {
        let named = self.names.iter();
        named.filter_map(move |(name, index)| name.contains(text).then_some(*index))
    }

    /// The value of the exported `i32` constant of this name.
    pub fn constant_export(&self, name: &str) -> Option<u32> {
        match self.export_type(name)? {
            EntityType::Global(ty) if ty.content_type == ValType::I32 => {
                self.constants[self.exports[name] as usize].map(i32::cast_unsigned)
            }
            _ => None,
        }
    }

    /// The exported function of this name, if it has these parameters and no results.
    pub fn function_export(&self, name: &str, parameters: &[ValType]) -> Option<u32> {
        let EntityType::Func(ty) = self.export_type(name)? else {
            return None;
        };
        let ty = self.types[ty].unwrap_func();
        let fits = ty.params() == parameters && ty.results().is_empty();
        fits.then(|| self.exports[name])
    }

    fn export_type(&self, name: &str) -> Option<EntityType> {
        let mut exports = self.types.as_ref().core_exports()?;
        exports
            .find(|(export, _)| *export == name)
            .map(|(_, ty)| ty)
    }

    /// The exports that the canonical ABI calls while values go in or come out.
    pub fn called_while_passing_values(&self) -> Vec<u32> {
        let exports = self.exports.iter();
        exports
            .filter(|(name, _)| **name == "cabi_realloc" || name.starts_with("cabi_post_"))
            .map(|(_, index)| *index)
            .collect()
    }

    /// These functions and all that they call, directly or not.
    pub fn reached_from(&self, mut functions: Vec<u32>) -> HashSet<u32> {
        let mut reached = HashSet::new();
        while let Some(function) = functions.pop() {
            // An imported function calls nothing.
            if let Some(defined) = function.checked_sub(self.imported_functions)
                && reached.insert(function)
            {
                functions.extend(&self.calls[defined as usize]);
            }
        }
        reached
    }
}

/// The functions that a function calls by index.
fn called(body: &FunctionBody<'_>) -> Result<Vec<u32>, wasmparser::Error> {
    let mut calls = Vec::new();
    for operator in body.get_operators_reader()? {
        if let Operator::Call { function_index } | Operator::ReturnCall { function_index } =
            operator?
        {
            calls.push(function_index);
        }
    }
    Ok(calls)
}
