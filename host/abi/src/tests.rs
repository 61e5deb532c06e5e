extern crate std;

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::*;

fn field(name: &str, ty: TypeId) -> Field {
    let name = name.to_string();
    Field { name, ty }
}

fn case(name: &str, ty: Option<TypeId>) -> Case {
    let name = name.to_string();
    Case { name, ty }
}

fn world() -> World {
    let mut world = World::default();
    let [bool, long, float, double, text] =
        [Type::Bool, Type::U64, Type::F32, Type::F64, Type::String].map(|ty| world.add(ty));
    let record = world.add(Type::Record(vec![
        field("ok", bool),
        field("size", long),
        field("name", text),
    ]));
    world.add(Type::Variant(vec![
        case("a", Some(float)),
        case("b", Some(double)),
        case("c", Some(text)),
        case("d", None),
    ]));
    world.add(Type::Option(record));
    world.add(Type::Result(None, Some(long)));
    world.add(Type::Tuple(vec![bool; 17]));
    world.add(Type::Flags((0..9).map(|n| n.to_string()).collect()));
    world.add(Type::FixedList(float, 3));
    world.add(Type::Enum((0..300).map(|n| n.to_string()).collect()));
    world.resources.push(Resource {
        name: "Bucket".into(),
        side: ResourceSide::Exported(1, 2, 3),
    });
    world.imports.push(Import {
        name: "é".into(),
        callee: Callee::Representation(0),
    });
    world.modules.push(Module {
        names: vec!["acme:store/kv".into()],
        items: vec![Item {
            name: "Bucket".into(),
            kind: ItemKind::Class(
                0,
                vec![Member {
                    name: "get".into(),
                    kind: MemberKind::Static,
                    import: 300,
                }],
            ),
        }],
    });
    world.exports.push(Export {
        name: "acme:store/kv#get".into(),
        interface: vec!["kv".into()],
        kind: ExportKind::Method(0),
        function: Function {
            name: "get".into(),
            parameters: vec![Parameter {
                name: String::new(),
                ty: u32::MAX,
            }],
            result: None,
            is_async: true,
        },
        returns: Some(7),
    });
    let stream = world.add(Type::Stream(Some(text), 3));
    world.add(Type::Future(Some(stream), 10));
    world.imports.push(Import {
        name: "stream".into(),
        callee: Callee::Stream(Transfer::CancelRead),
    });
    world
}

#[test]
fn a_world_is_read_as_it_was_written() {
    let world = world();
    let bytes = world.to_bytes();
    assert_eq!(World::from_bytes(&bytes), Ok(world));
}

#[test]
fn damaged_bytes_are_refused_or_read_in_bounds() {
    let bytes = world().to_bytes();
    for len in 0..bytes.len() {
        assert_eq!(World::from_bytes(&bytes[..len]), Err(DamagedWorld), "{len}");
    }
    for at in 0..bytes.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bytes = bytes.clone();
            bytes[at] = value;
            if let Ok(world) = World::from_bytes(&bytes) {
                drop(Layouts::of(&world.types));
            }
        }
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(World::from_bytes(&longer), Err(DamagedWorld));
    // A length that no memory has.
    assert_eq!(
        World::from_bytes(&[1, 0xff, 0xff, 0xff, 0xff, 0xf]),
        Err(DamagedWorld)
    );
}

#[test]
fn layouts_are_those_of_the_canonical_abi() {
    use Core::{F32, I32, I64};
    let world = world();
    let layouts = Layouts::of(&world.types).unwrap();
    let expected: [(u32, u32, Option<Vec<Core>>); 9] = [
        (24, 8, Some(vec![I32, I64, I32, I32])),
        (16, 8, Some(vec![I32, I64, I32])),
        (32, 8, Some(vec![I32, I32, I64, I32, I32])),
        (16, 8, Some(vec![I32, I64])),
        (17, 1, None),
        (2, 2, Some(vec![I32])),
        (12, 4, Some(vec![F32, F32, F32])),
        (2, 2, Some(vec![I32])),
        (1, 1, Some(vec![I32])),
    ];
    for (ty, (size, align, flat)) in (5..).zip(&expected[..8]) {
        let layout = layouts.get(ty);
        assert_eq!(
            (layout.size, layout.align, &layout.flat),
            (*size, *align, flat),
            "{:?}",
            world.types[ty as usize]
        );
    }
    assert_eq!(layouts.get(6).payload, 8);
    let offsets: Vec<_> = layouts
        .fields([0, 1, 4])
        .map(|(offset, _)| offset)
        .collect();
    assert_eq!(offsets, [0, 8, 16]);
}

#[test]
fn types_that_no_memory_holds_are_refused() {
    for types in [
        vec![Type::List(0)],
        vec![Type::U64, Type::FixedList(0, 1 << 30)],
        vec![
            Type::U64,
            Type::FixedList(0, 1 << 27),
            Type::Tuple(vec![1, 1, 1]),
        ],
    ] {
        assert_eq!(Layouts::of(&types), Err(TooLarge), "{types:?}");
    }
}

#[test]
fn signatures_pass_what_does_not_fit_in_memory() {
    let mut world = world();
    let long = world.add(Type::U64);
    let text = world.add(Type::String);
    let function = |count, result| Function {
        name: "f".into(),
        parameters: (0..count)
            .map(|_| Parameter {
                name: "p".into(),
                ty: text,
            })
            .collect(),
        result,
        is_async: false,
    };
    let layouts = Layouts::of(&world.types).unwrap();
    let eight = Signature::of_import(&function(8, Some(long)), &layouts);
    assert_eq!(eight.parameters, [Core::I32; 16]);
    assert_eq!(eight.results, [Core::I64]);
    let nine = Signature::of_import(&function(9, Some(text)), &layouts);
    assert!(nine.has_arguments_in_memory && nine.has_result_in_memory);
    assert_eq!(nine.parameters, [Core::I32; 2]);
    let export = Signature::of_export(&function(0, Some(text)), &layouts);
    assert_eq!(
        (&*export.parameters, &*export.results),
        (&[][..], &[Core::I32][..])
    );
}

#[test]
fn asynchronous_functions_have_types_of_their_own() {
    let mut world = World::default();
    let [long, text] = [Type::U64, Type::String].map(|ty| world.add(ty));
    let stream = world.add(Type::Stream(Some(text), 0));
    let layouts = Layouts::of(&world.types).unwrap();
    assert_eq!(layouts.get(stream).flat.as_deref(), Some(&[Core::I32][..]));
    let function = |types: &[TypeId], result| Function {
        name: "f".into(),
        parameters: types
            .iter()
            .map(|ty| Parameter {
                name: "p".into(),
                ty: *ty,
            })
            .collect(),
        result,
        is_async: true,
    };
    // Four core values are passed as they are, and a result is always in memory.
    let few = function(&[text, long, stream], Some(long));
    let import = Signature::of_import(&few, &layouts);
    use Core::{I32, I64};
    assert_eq!(import.parameters, [I32, I32, I64, I32, I32]);
    assert_eq!(import.results, [I32]);
    assert!(import.has_result_in_memory && !import.has_arguments_in_memory);
    let many = function(&[text, text, long], None);
    let import = Signature::of_import(&many, &layouts);
    assert_eq!(import.parameters, [I32]);
    assert!(import.has_arguments_in_memory && !import.has_result_in_memory);
    let export = Signature::of_export(&many, &layouts);
    assert_eq!(export.parameters, [I32, I32, I32, I32, I64]);
    assert_eq!(export.results, [I32]);
    let returned = Signature::of_return(Some(text), &layouts);
    assert_eq!(returned.parameters, [I32, I32]);
    assert_eq!(Signature::of_return(None, &layouts).parameters, []);
}
