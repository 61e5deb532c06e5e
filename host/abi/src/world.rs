//! The description of a world.

use alloc::string::String;
use alloc::vec::Vec;

use crate::form::parts;

/// The index of a type in [`World::types`].
pub type TypeId = u32;

parts! {
    /// A WIT world, with the names that its items have in JavaScript.
    #[derive(Default)]
    pub struct World {
        /// The types. A type refers only to types before it.
        pub types: Vec<Type>,
        /// The resource types, imported and exported.
        pub resources: Vec<Resource>,
        /// What the VM may call. An import's number is its index.
        pub imports: Vec<Import>,
        /// What the program may import by `import` and `require`.
        pub modules: Vec<Module>,
        /// What the program exports. An export's number is its index.
        pub exports: Vec<Export>,
    }

    /// A type of WIT.
    pub enum Type {
        /// `bool`
        Bool,
        /// `u8`
        U8,
        /// `s8`
        S8,
        /// `u16`
        U16,
        /// `s16`
        S16,
        /// `u32`
        U32,
        /// `s32`
        S32,
        /// `u64`
        U64,
        /// `s64`
        S64,
        /// `f32`
        F32,
        /// `f64`
        F64,
        /// `char`
        Char,
        /// `string`
        String,
        /// `list<T>`
        List(TypeId),
        /// `list<T, N>`
        FixedList(TypeId, u32),
        /// `map<K, V>`
        Map(TypeId, TypeId),
        /// `tuple<…>`
        Tuple(Vec<TypeId>),
        /// `record`
        Record(Vec<Field>),
        /// `variant`
        Variant(Vec<Case>),
        /// `enum`, with the names of WIT
        Enum(Vec<String>),
        /// `flags`, with names of JavaScript
        Flags(Vec<String>),
        /// `option<T>`
        Option(TypeId),
        /// `result<T, E>`
        Result(Option<TypeId>, Option<TypeId>),
        /// An owned resource, by the index in [`World::resources`].
        Own(u32),
        /// A borrowed resource, by the index in [`World::resources`].
        Borrow(u32),
        /// `future<T>`, with the number of the first import of its functions, which follow each other in the
        /// order of [`Transfer`].
        Future(Option<TypeId>, u32),
        /// `stream<T>`, as a future.
        Stream(Option<TypeId>, u32),
    }

    /// A field of a record.
    pub struct Field {
        /// The name in JavaScript.
        pub name: String,
        /// The type.
        pub ty: TypeId,
    }

    /// A case of a variant.
    pub struct Case {
        /// The name in WIT, which is the tag in JavaScript.
        pub name: String,
        /// The type of the payload.
        pub ty: Option<TypeId>,
    }

    /// A resource type.
    pub struct Resource {
        /// The name of the class in JavaScript.
        pub name: String,
        /// Who implements it.
        pub side: ResourceSide,
    }

    /// Who implements a resource type.
    pub enum ResourceSide {
        /// Another component. The number is that of the [`Callee::Drop`] import.
        Imported(u32),
        /// The program. The numbers are those of the imports [`Callee::New`], [`Callee::Representation`] and
        /// [`Callee::Drop`].
        Exported(u32, u32, u32),
    }

    /// A function that the VM may call.
    pub struct Import {
        /// The name for messages, for example `acme:store/kv@1.2.0#[method]bucket.get`.
        pub name: String,
        /// What is called.
        pub callee: Callee,
    }

    /// What an import calls.
    pub enum Callee {
        /// A function of the world.
        Function(Function),
        /// Drops a handle of a resource: `(handle: i32)`.
        Drop(u32),
        /// Creates a handle of a resource: `(representation: i32) -> (handle: i32)`.
        New(u32),
        /// The representation behind a handle: `(handle: i32) -> (representation: i32)`.
        Representation(u32),
        /// Passes the result of an asynchronous export of this type: its core values are the parameters.
        Return(Option<TypeId>),
        /// A function of a `future`.
        Future(Transfer),
        /// A function of a `stream`.
        Stream(Transfer),
    }

    /// The functions of a future or a stream.
    pub enum Transfer {
        /// `() -> (ends: i64)`: the readable end is in the low half, the writable in the other.
        New,
        /// `(end: i32, address: i32) -> (code: i32)`; of a stream with the number of items as third.
        Read,
        /// As [`Transfer::Read`].
        Write,
        /// `(end: i32) -> (code: i32)`
        CancelRead,
        /// `(end: i32) -> (code: i32)`
        CancelWrite,
        /// `(end: i32)`
        DropReadable,
        /// `(end: i32)`
        DropWritable,
    }

    /// A function's type. The receiver of a method is the first parameter, a borrowed resource.
    pub struct Function {
        /// The name in JavaScript.
        pub name: String,
        /// The parameters.
        pub parameters: Vec<Parameter>,
        /// The result. A `result` is returned or thrown.
        pub result: Option<TypeId>,
        /// Whether the function is asynchronous.
        pub is_async: bool,
    }

    /// A parameter of a function.
    pub struct Parameter {
        /// The name in JavaScript, for messages.
        pub name: String,
        /// The type.
        pub ty: TypeId,
    }

    /// A module that the program may import.
    pub struct Module {
        /// The specifiers. The first is the full name, which the VM uses as the name of the module.
        pub names: Vec<String>,
        /// The exports of the module.
        pub items: Vec<Item>,
    }

    /// An export of a module.
    pub struct Item {
        /// The name of the export.
        pub name: String,
        /// What it is.
        pub kind: ItemKind,
    }

    /// What a module exports.
    pub enum ItemKind {
        /// A function: the number of the import.
        Function(u32),
        /// The class of a resource: its index in [`World::resources`], and its members.
        Class(u32, Vec<Member>),
    }

    /// A member of an imported class.
    pub struct Member {
        /// The name in JavaScript.
        pub name: String,
        /// How it is called.
        pub kind: MemberKind,
        /// The number of the import.
        pub import: u32,
    }

    /// The kind of a member of a class.
    pub enum MemberKind {
        /// `new Class(…)`
        Constructor,
        /// `object.method(…)`
        Method,
        /// `Class.function(…)`
        Static,
    }

    /// A function that the program exports.
    pub struct Export {
        /// The name for messages, for example `acme:store/kv@1.2.0#[method]bucket.get`.
        pub name: String,
        /// Names of the module's export that is the interface, in the order in which they are looked for;
        /// empty if the world exports the function itself.
        pub interface: Vec<String>,
        /// The kind of function.
        pub kind: ExportKind,
        /// The function, with its name in the module, the interface or the class.
        pub function: Function,
        /// The number of the import [`Callee::Return`] of an asynchronous function.
        pub returns: Option<u32>,
    }

    /// The kind of an exported function.
    pub enum ExportKind {
        /// A function of the module or the interface.
        Free,
        /// The constructor of the class of a resource.
        Constructor(u32),
        /// A method of a resource.
        Method(u32),
        /// A static function of the class of a resource.
        Static(u32),
    }
}

impl Transfer {
    /// All of them, in the order of their imports.
    pub const ALL: [Transfer; 7] = [
        Transfer::New,
        Transfer::Read,
        Transfer::Write,
        Transfer::CancelRead,
        Transfer::CancelWrite,
        Transfer::DropReadable,
        Transfer::DropWritable,
    ];

    /// Returns the number of the import, if the first one has this number.
    pub const fn number(&self, first: u32) -> u32 {
        first
            + match self {
                Transfer::New => 0,
                Transfer::Read => 1,
                Transfer::Write => 2,
                Transfer::CancelRead => 3,
                Transfer::CancelWrite => 4,
                Transfer::DropReadable => 5,
                Transfer::DropWritable => 6,
            }
    }
}

impl World {
    /// Whether anything in the world is asynchronous: a function, a future or a stream.
    pub fn is_async(&self) -> bool {
        self.has_async_exports()
            || self.imports.iter().any(|import| match &import.callee {
                Callee::Function(function) => function.is_async,
                Callee::Future(_) | Callee::Stream(_) => true,
                _ => false,
            })
    }

    /// Whether an exported function is asynchronous.
    pub fn has_async_exports(&self) -> bool {
        self.exports.iter().any(|export| export.function.is_async)
    }

    /// Adds a type, and returns its index. An equal type is not added again.
    pub fn add(&mut self, ty: Type) -> TypeId {
        let known = self.types.iter().position(|other| *other == ty);
        known.unwrap_or_else(|| {
            self.types.push(ty);
            self.types.len() - 1
        }) as TypeId
    }
}
