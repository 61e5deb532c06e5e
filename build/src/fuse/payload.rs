//! Names of intrinsics for futures and streams.
//!
//! `wit-bindgen` names an intrinsic by any function of the world that has the type of the future or stream. If
//! the module does not import that function, neither does the component, and the world of the component lacks it. So
//! that the fused module can be encoded again with that world, such an intrinsic is named by a function that the
//! module imports, and that has the same type.

use wit_parser::{Resolve, Type, TypeDefKind};

use super::EXPORTED;
use super::part::{Part, Source};

/// What a name of an import begins with if it is called asynchronously.
const ASYNC: &str = "[async-lower]";

/// The name of an intrinsic, such as `[async-lower][stream-read-0]write`.
struct Intrinsic<'a> {
    /// The part before the index: `[async-lower][stream-read-`.
    before: &'a str,
    /// Which of the futures and streams in the type of the function.
    index: usize,
    function: &'a str,
}

impl<'a> Intrinsic<'a> {
    fn parse(name: &'a str) -> Option<Self> {
        let rest = name.strip_prefix(ASYNC).unwrap_or(name);
        if !rest.starts_with("[stream-") && !rest.starts_with("[future-") {
            return None;
        }
        let start = name.len() - rest.len();
        let end = start + rest.find(']')?;
        let dash = name[..end].rfind('-')?;
        Some(Intrinsic {
            before: &name[..=dash],
            index: name[dash + 1..end].parse().ok()?,
            function: &name[end + 1..],
        })
    }
}

/// The module and the name by which an intrinsic is to be imported, if those of a module's import do not do.
pub fn renamed(
    source: &Source,
    part: &Part<'_>,
    module: &str,
    name: &str,
) -> Option<(String, String)> {
    let intrinsic = Intrinsic::parse(name)?;
    let functions = || {
        let imports = part.imports.iter();
        imports.map(|it| (it.module, it.name.strip_prefix(ASYNC).unwrap_or(it.name)))
    };
    if module.starts_with(EXPORTED) || functions().any(|it| it == (module, intrinsic.function)) {
        return None;
    }
    let resolve = source.resolve();
    let wanted = source.function(module, intrinsic.function)?;
    let wanted = wanted.find_futures_and_streams(resolve);
    let wanted = Type::Id(*wanted.get(intrinsic.index)?);
    functions().find_map(|(module, name)| {
        let types = source
            .function(module, name)?
            .find_futures_and_streams(resolve);
        let mut types = types.into_iter();
        let index = types.position(|ty| is_same(resolve, wanted, Type::Id(ty)))?;
        let name = format!("{}{index}]{name}", intrinsic.before);
        Some((module.to_owned(), name))
    })
}

/// Whether two types are the same: one definition, or the same structure without a name.
fn is_same(resolve: &Resolve, a: Type, b: Type) -> bool {
    let both = |a: &Option<Type>, b: &Option<Type>| match (a, b) {
        (Some(a), Some(b)) => is_same(resolve, *a, *b),
        (a, b) => a.is_none() && b.is_none(),
    };
    let (Type::Id(a), Type::Id(b)) = (definition(resolve, a), definition(resolve, b)) else {
        return definition(resolve, a) == definition(resolve, b);
    };
    let (x, y) = (&resolve.types[a], &resolve.types[b]);
    if a == b || x.name.is_some() || y.name.is_some() {
        return a == b;
    }
    match (&x.kind, &y.kind) {
        (TypeDefKind::Stream(a), TypeDefKind::Stream(b))
        | (TypeDefKind::Future(a), TypeDefKind::Future(b)) => both(a, b),
        (TypeDefKind::Option(a), TypeDefKind::Option(b))
        | (TypeDefKind::List(a), TypeDefKind::List(b)) => is_same(resolve, *a, *b),
        (TypeDefKind::Result(a), TypeDefKind::Result(b)) => {
            both(&a.ok, &b.ok) && both(&a.err, &b.err)
        }
        (TypeDefKind::Tuple(a), TypeDefKind::Tuple(b)) => {
            a.types.len() == b.types.len()
                && a.types
                    .iter()
                    .zip(&b.types)
                    .all(|(a, b)| is_same(resolve, *a, *b))
        }
        _ => false,
    }
}

/// The type that a name stands for.
fn definition(resolve: &Resolve, mut ty: Type) -> Type {
    while let Type::Id(id) = ty
        && let TypeDefKind::Type(other) = resolve.types[id].kind
    {
        ty = other;
    }
    ty
}

#[cfg(test)]
mod tests {
    use wit_component::{StringEncoding, embed_component_metadata};

    use super::*;

    const WIT: &str = "
        package test:streams;
        interface unused {
            texts: func() -> tuple<stream<string>, stream<u8>, future<result<u8>>>;
            other: func() -> stream<u16>;
        }
        interface used {
            type byte = u8;
            write: async func(bytes: stream<byte>) -> future<result<u8>>;
        }
        world driver { import unused; import used; }
    ";

    #[test]
    fn intrinsics_are_named_by_functions_that_are_imported() {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("test.wit", WIT).unwrap();
        let world = resolve.select_world(&[package], None).unwrap();
        let mut core = wat::parse_str(
            r#"(module (import "test:streams/used" "[async-lower]write" (func (param i32 i32) (result i32))))"#,
        )
        .unwrap();
        embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8).unwrap();
        let source = Source::read(core).unwrap();
        let part = Part::read(&source.core).unwrap();
        let renamed = |module: &str, name| {
            let renamed = renamed(&source, &part, &format!("test:streams/{module}"), name);
            renamed.map(|(module, name)| format!("{module} {name}"))
        };
        for (name, expected) in [
            ("[stream-new-1]texts", "[stream-new-0]write"),
            (
                "[async-lower][stream-read-1]texts",
                "[async-lower][stream-read-0]write",
            ),
            (
                "[future-drop-readable-2]texts",
                "[future-drop-readable-1]write",
            ),
        ] {
            let expected = format!("test:streams/used {expected}");
            assert_eq!(renamed("unused", name), Some(expected), "{name}");
        }
        for (module, name) in [
            ("used", "[stream-new-0]write"),
            ("unused", "[stream-new-0]texts"),
            ("unused", "[stream-new-0]other"),
            ("unused", "[stream-new-unit]"),
            ("unused", "texts"),
        ] {
            assert_eq!(renamed(module, name), None, "{name}");
        }
    }
}
