//! The world of the VM: its description, with the keys and texts of its types as values.

use std::cell::Cell;

use jsvm_abi::{Callee, Export, Function, Layout, Layouts, Signature, Type, TypeId, World};

use super::{class, concurrent, module, parent};
use crate::js::{Atom, JsResult, Key, Value, ViewKind};
use crate::module::set_world_modules;

/// The names of a type's parts.
#[derive(Default)]
pub struct Names {
    /// Keys of fields and flags.
    pub atoms: Vec<Atom>,
    /// For each key, whether every object inherits a property of this name, such as `toString`.
    inherited: Vec<bool>,
    /// Tags of cases.
    pub texts: Vec<Value>,
}

impl Names {
    /// Reads a field or flag of an object, by its index. A property that every object inherits is none.
    pub fn property(&self, index: usize, object: &Value) -> JsResult<Value> {
        let atom = &self.atoms[index];
        if !self.inherited[index] {
            return object.get(atom);
        }
        let mut owner = object.clone();
        loop {
            let next = owner.prototype()?;
            let is_last = !next.is_object();
            // The last prototype is that of all objects, but an object without one has properties, too.
            if (!is_last || owner.same_value(object)) && owner.has_own(atom)? {
                return object.get(atom);
            }
            if is_last {
                return Ok(Value::UNDEFINED);
            }
            owner = next;
        }
    }
}

/// A world that the VM has.
pub struct Described {
    /// The description.
    pub world: World,
    layouts: Layouts,
    names: Vec<Names>,
    /// The signatures of imports; those of anything but functions have no parameters.
    imports: Vec<Signature>,
    exports: Vec<Signature>,
    /// For each type, whether values of it can have handles.
    handles: Vec<bool>,
    /// How asynchronous exports return.
    returns: Vec<Signature>,
    /// Makes classes of resources.
    pub class_maker: Value,
    /// `tag`
    pub tag: Atom,
    /// `val`
    pub val: Atom,
    /// `payload`
    pub payload: Atom,
}

thread_local! {
    static WORLD: Cell<Option<&'static Described>> = const { Cell::new(None) };
}

/// The world of the VM.
pub fn described() -> Option<&'static Described> {
    WORLD.get()
}

/// Gives the VM a world.
///
/// # Errors
/// Why there is none: the description is damaged, or there is one already.
pub fn define(description: &[u8]) -> Result<(), String> {
    if WORLD.get().is_some() {
        return Err("the VM has a world already".to_owned());
    }
    let world = World::from_bytes(description).map_err(|error| error.to_string())?;
    let layouts = Layouts::of(&world.types).map_err(|error| error.to_string())?;
    let described = Described::new(world, layouts)
        .map_err(|_| "there is no memory for the names of the world".to_owned())?;
    if described.world.is_async() {
        concurrent::install(&described)
            .map_err(|_| "there is no memory for asynchronous functions".to_owned())?;
    }
    WORLD.set(Some(Box::leak(Box::new(described))));
    set_world_modules(module::WORLD_MODULES);
    Ok(())
}

impl Described {
    fn new(world: World, layouts: Layouts) -> JsResult<Described> {
        let key = |name: &str| Key::Name(name).to_atom();
        let base = Value::object()?.prototype()?;
        let add = |names: &mut Names, name: &str| -> JsResult<()> {
            let atom = key(name)?;
            names.inherited.push(base.has(&atom)?);
            names.atoms.push(atom);
            Ok(())
        };
        let names = world.types.iter().map(|ty| {
            let mut names = Names::default();
            match ty {
                Type::Record(fields) => {
                    for part in fields {
                        add(&mut names, &part.name)?;
                    }
                }
                Type::Flags(flags) => {
                    for flag in flags {
                        add(&mut names, flag)?;
                    }
                }
                Type::Variant(cases) => {
                    for case in cases {
                        names.texts.push(Value::text(&case.name)?);
                    }
                }
                Type::Enum(cases) => {
                    for case in cases {
                        names.texts.push(Value::text(case)?);
                    }
                }
                Type::Option(_) => {
                    names.texts = vec![Value::text("none")?, Value::text("some")?];
                }
                Type::Result(..) => {
                    names.texts = vec![Value::text("ok")?, Value::text("err")?];
                }
                _ => {}
            }
            Ok(names)
        });
        Ok(Described {
            names: names.collect::<JsResult<_>>()?,
            imports: Vec::from_iter(world.imports.iter().map(|import| match &import.callee {
                Callee::Function(function) => Signature::of_import(function, &layouts),
                _ => Signature::default(),
            })),
            exports: Vec::from_iter(
                world
                    .exports
                    .iter()
                    .map(|Export { function, .. }| Signature::of_export(function, &layouts)),
            ),
            handles: parent::with_handles(&world.types),
            returns: Vec::from_iter(world.exports.iter().map(|Export { function, .. }| {
                match function.is_async {
                    true => Signature::of_return(function.result, &layouts),
                    false => Signature::default(),
                }
            })),
            class_maker: class::maker()?,
            tag: key("tag")?,
            val: key("val")?,
            payload: key("payload")?,
            layouts,
            world,
        })
    }

    /// Returns a type.
    pub fn ty(&self, ty: TypeId) -> &Type {
        &self.world.types[ty as usize]
    }

    /// Whether values of a type can have handles.
    pub fn has_handles(&self, ty: TypeId) -> bool {
        self.handles[ty as usize]
    }

    /// Returns the layout of a type.
    pub fn layout(&self, ty: TypeId) -> &Layout {
        self.layouts.get(ty)
    }

    /// Returns the layouts of all types.
    pub fn layouts(&self) -> &Layouts {
        &self.layouts
    }

    /// Returns the names of a type's parts.
    pub fn names(&self, ty: TypeId) -> &Names {
        &self.names[ty as usize]
    }

    /// Returns an imported function; `None` if the number is that of anything else.
    pub fn imported(&self, import: u32) -> Option<&Function> {
        match &self.world.imports.get(import as usize)?.callee {
            Callee::Function(function) => Some(function),
            _ => None,
        }
    }

    /// Returns the core type of an import.
    pub fn import_signature(&self, import: u32) -> &Signature {
        &self.imports[import as usize]
    }

    /// Returns the core type of an export.
    pub fn export_signature(&self, export: u32) -> &Signature {
        &self.exports[export as usize]
    }

    /// Returns the core type by which an asynchronous export returns.
    pub fn return_signature(&self, export: u32) -> &Signature {
        &self.returns[export as usize]
    }

    /// Returns the kind of typed array for a list of this type.
    pub fn view(&self, ty: TypeId) -> Option<ViewKind> {
        Some(match self.ty(ty) {
            Type::U8 => ViewKind::Uint8,
            Type::S8 => ViewKind::Int8,
            Type::U16 => ViewKind::Uint16,
            Type::S16 => ViewKind::Int16,
            Type::U32 => ViewKind::Uint32,
            Type::S32 => ViewKind::Int32,
            Type::U64 => ViewKind::BigUint64,
            Type::S64 => ViewKind::BigInt64,
            Type::F32 => ViewKind::Float32,
            Type::F64 => ViewKind::Float64,
            _ => return None,
        })
    }

    /// Whether an option of this type is an object with a tag, so that its cases can be told apart.
    pub fn is_option(&self, ty: TypeId) -> bool {
        matches!(self.ty(ty), Type::Option(_))
    }
}
