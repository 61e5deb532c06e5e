//! Types.

use std::rc::Rc;

use crate::text::key;

/// A type of WIT, with the names that its parts have in JavaScript.
#[derive(Clone, Debug, PartialEq)]
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
    /// `list`, of any or of a fixed length
    List(Rc<Type>),
    /// `map`
    Map(Rc<Type>, Rc<Type>),
    /// `tuple`
    Tuple(Vec<Type>),
    /// `record`
    Record(Vec<Field>),
    /// `variant`
    Variant(Vec<Case>),
    /// `enum`
    Enum(Vec<Case>),
    /// `flags`, as fields of the type `bool`
    Flags(Vec<Field>),
    /// `option`
    Option(Rc<Type>),
    /// `result`
    Result(Option<Rc<Type>>, Option<Rc<Type>>),
    /// `future`
    Future(Option<Rc<Type>>),
    /// `stream`
    Stream(Option<Rc<Type>>),
    /// A resource, by its class as it is written where the type is used.
    Class(String),
    /// A type that is declared elsewhere, and what it is. Of a record and the like the parts are not looked at.
    Named(String, Rc<Type>),
    /// A type that programs cannot have yet.
    Unsupported,
}

/// A field of a record, or a flag.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name in JavaScript.
    pub name: String,
    /// The type.
    pub ty: Type,
    /// The documentation.
    pub docs: Option<String>,
}

/// A case of a variant or an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The name in WIT.
    pub name: String,
    /// The type of the payload.
    pub ty: Option<Type>,
    /// The documentation.
    pub docs: Option<String>,
}

impl Type {
    /// Returns the type behind its names.
    pub fn resolved(&self) -> &Type {
        let mut ty = self;
        while let Type::Named(_, inner) = ty {
            ty = inner;
        }
        ty
    }

    /// Returns the type whose values or `undefined` this is, if it is such a type.
    pub(crate) fn or_undefined(&self) -> Option<&Type> {
        match self.resolved() {
            Type::Option(inner) if !matches!(inner.resolved(), Type::Option(_)) => Some(inner),
            _ => None,
        }
    }
}

/// Prints types inside of a module.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypePrinter {
    /// Names that the module declares. A global type of such a name has to be written in full.
    pub(crate) declared: Vec<String>,
    /// Who has the values.
    pub(crate) direction: Direction,
}

/// Who has the values of a type. It matters for streams: a program may give any iterable, and gets a `ReadableStream`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The program gives and gets values of the type, which has a name.
    #[default]
    Both,
    /// The program gives them.
    Gives,
    /// The program gets them.
    Gets,
}

impl TypePrinter {
    /// Returns the name of a global type.
    fn global(&self, name: &str) -> String {
        match self.declared.iter().any(|declared| declared == name) {
            true => format!("globalThis.{name}"),
            false => name.to_owned(),
        }
    }

    /// Returns the promise of a type.
    pub(crate) fn promise(&self, of: &str) -> String {
        format!("{}<{of}>", self.global("Promise"))
    }

    /// Returns the type of a signal.
    pub(crate) fn signal(&self) -> String {
        self.global("AbortSignal")
    }

    /// Returns a printer of types whose values a program gives, or gets.
    pub(crate) fn toward(&self, direction: Direction) -> TypePrinter {
        TypePrinter {
            direction,
            ..self.clone()
        }
    }

    /// Returns a future. A `result` is a promise that may be rejected.
    fn future(&self, item: Option<&Type>) -> String {
        let value = match item.map(Type::resolved) {
            Some(Type::Result(ok, _)) => ok.as_deref(),
            _ => item,
        };
        self.promise(&value.map_or_else(|| "void".into(), |ty| self.print(ty)))
    }

    /// Returns a stream. One of bytes has arrays of them.
    fn stream(&self, item: Option<&Type>) -> String {
        let (chunk, is_bytes) = match item {
            Some(ty) if *ty.resolved() == Type::U8 => (self.global("Uint8Array"), true),
            Some(ty) => (self.print(ty), false),
            None => ("undefined".into(), false),
        };
        let iterable = format!("{}<{chunk}>", self.global("AsyncIterable"));
        match self.direction {
            Direction::Both => iterable,
            Direction::Gets => format!("{}<{chunk}> & {iterable}", self.global("ReadableStream")),
            Direction::Gives => {
                let all = match is_bytes {
                    true => format!(" | {chunk}"),
                    false => String::new(),
                };
                format!("{iterable} | {}<{chunk}>{all}", self.global("Iterable"))
            }
        }
    }

    /// Returns what classes of resources implement.
    pub(crate) fn disposable(&self) -> String {
        self.global("Disposable")
    }

    /// Returns a type as it is written.
    pub(crate) fn print(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "boolean".into(),
            Type::S8 | Type::U8 | Type::S16 | Type::U16 | Type::S32 | Type::U32 => "number".into(),
            Type::F32 | Type::F64 => "number".into(),
            Type::S64 | Type::U64 => "bigint".into(),
            Type::Char | Type::String => "string".into(),
            Type::List(inner) => self.list(inner),
            Type::Map(key, value) => {
                let map = self.global("Map");
                format!("{map}<{}, {}>", self.print(key), self.print(value))
            }
            Type::Tuple(types) => {
                let types: Vec<_> = types.iter().map(|ty| self.print(ty)).collect();
                format!("[{}]", types.join(", "))
            }
            Type::Record(fields) => {
                let fields = fields.iter();
                let fields =
                    fields.map(|field| format!("{}: {}", key(&field.name), self.print(&field.ty)));
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Type::Flags(flags) => {
                let flags = flags.iter();
                let flags = flags.map(|flag| format!("{}?: boolean", key(&flag.name)));
                format!("{{ {} }}", flags.collect::<Vec<_>>().join(", "))
            }
            Type::Variant(cases) => {
                let cases = cases.iter();
                let cases = cases.map(|case| self.case(&case.name, case.ty.as_ref()));
                cases.collect::<Vec<_>>().join(" | ")
            }
            Type::Enum(cases) => {
                let names: Vec<_> = cases
                    .iter()
                    .map(|case| format!("{:?}", case.name))
                    .collect();
                names.join(" | ")
            }
            Type::Option(inner) => match ty.or_undefined() {
                Some(inner) => format!("{} | undefined", self.print(inner)),
                None => {
                    let some = self.case("some", Some(inner));
                    format!("{some} | {}", self.case("none", None))
                }
            },
            Type::Result(ok, err) => {
                let [ok, err] =
                    [("ok", ok), ("err", err)].map(|(tag, ty)| self.case(tag, ty.as_deref()));
                format!("{ok} | {err}")
            }
            Type::Future(item) => self.future(item.as_deref()),
            Type::Stream(item) => self.stream(item.as_deref()),
            Type::Class(name) | Type::Named(name, _) => name.clone(),
            Type::Unsupported => "never".into(),
        }
    }

    fn list(&self, inner: &Type) -> String {
        let array = match inner.resolved() {
            Type::U8 => "Uint8Array",
            Type::S8 => "Int8Array",
            Type::U16 => "Uint16Array",
            Type::S16 => "Int16Array",
            Type::U32 => "Uint32Array",
            Type::S32 => "Int32Array",
            Type::U64 => "BigUint64Array",
            Type::S64 => "BigInt64Array",
            Type::F32 => "Float32Array",
            Type::F64 => "Float64Array",
            _ => return format!("{}<{}>", self.global("Array"), self.print(inner)),
        };
        self.global(array)
    }

    /// Returns the object of a case.
    pub(crate) fn case(&self, tag: &str, payload: Option<&Type>) -> String {
        match payload {
            Some(ty) => format!("{{ tag: {tag:?}, val: {} }}", self.print(ty)),
            None => format!("{{ tag: {tag:?} }}"),
        }
    }
}
