//! Bridges: generated components that read and write streams and futures of one type.
//!
//! wasmtime passes streams around as dynamic values, but reads and writes only items whose type Rust
//! knows. A bridge is a component whose types are those of the linked component. It has one stream or
//! future at a time, moves items between it and its memory, and passes them on as a list. So the
//! runtime converts the items, and the code of the bridge does not depend on their type.

use std::fmt::Write;

use jsvm_abi::{Case, Layouts, Type, TypeId};

use super::super::shape::{Integer, ResultShape, Shape, TransferShape};

/// How many items are read at a time, at most.
const MAX_ITEMS: u32 = 64;

/// How many bytes are read at a time, at most, without what the items point to.
const MAX_BYTES: u32 = 64 << 10;

/// The text of a bridge.
pub(super) struct BridgeText {
    pub(super) text: String,
    /// How many items may be read at a time.
    pub(super) max_items: u32,
}

/// Writes the types of a bridge.
#[derive(Default)]
struct Types {
    text: String,
    /// The same types, for their layout.
    abi: Vec<Type>,
}

impl BridgeText {
    /// Generates a bridge. Returns `None` if an item is larger than a memory.
    pub(super) fn new(shape: &TransferShape) -> Option<BridgeText> {
        let mut types = Types::default();
        let item = shape.item.as_ref().map(|item| types.add(item));
        let (size, align) = match &item {
            Some((_, id)) => {
                let layouts = Layouts::of(&types.abi).ok()?;
                let layout = layouts.get(*id);
                (layout.size.max(1), layout.align.max(1))
            }
            None => (0, 1),
        };
        let is_bytes = matches!(shape.item, Some(Shape::Integer(Integer::U8)));
        let max_items = match () {
            () if is_bytes || size == 0 => MAX_BYTES,
            () => (MAX_BYTES / size).clamp(1, MAX_ITEMS),
        };
        let item = item.map(|(name, _)| name);
        let list = item.as_ref().map(|item| format!("(list {item})"));
        // Without items there are no pointers: their number alone is passed.
        let (items, params, locals) = match &list {
            Some(list) => (list.as_str(), "(param $items i32) (param $left i32)", ""),
            None => ("u32", "(param $left i32)", "(local $items i32)"),
        };
        let kind = if shape.is_stream { "stream" } else { "future" };
        let transfer = format!(
            "({kind}{})",
            item.map(|item| format!(" {item}")).unwrap_or_default()
        );
        let (read, write) = match shape.is_stream {
            true => (STREAM_READ, STREAM_WRITE),
            false => (FUTURE_READ, FUTURE_WRITE),
        };
        let length = if shape.is_stream { "i32" } else { "" };
        let text = BRIDGE
            .replace("{TYPES}", &types.text)
            .replace("{READ}", read)
            .replace("{WRITE}", write)
            .replace("{PARAMS}", params)
            .replace("{LOCALS}", locals)
            .replace("{TRANSFER}", &transfer)
            .replace("{KIND}", kind)
            .replace("{ITEMS}", items)
            .replace("{LENGTH}", length)
            .replace(
                "{NOTHING}",
                if shape.is_stream { "(i32.const 0)" } else { "" },
            )
            .replace("{SIZE}", &size.to_string())
            .replace("{ALIGN}", &align.to_string());
        Some(BridgeText { text, max_items })
    }
}

/// Reads at most `$max` items. 8: whether no more follow, 12: the items, 16: their number.
const STREAM_READ: &str = "
    (local.set $result (call $read (global.get $end) (local.get $items) (local.get $max)))
    (i32.store offset=8 (i32.const 0) (i32.and (local.get $result) (i32.const 15)))
    (local.set $count (i32.shr_u (local.get $result) (i32.const 4)))";

/// Reads the value, after which no more follow.
const FUTURE_READ: &str = "
    (local.set $result (call $read (global.get $end) (local.get $items)))
    (i32.store offset=8 (i32.const 0) (i32.const 1))
    (local.set $count (i32.eqz (i32.and (local.get $result) (i32.const 15))))";

/// Writes all items, unless the reader goes.
const STREAM_WRITE: &str = "
    (block $done
        (loop $more
            (br_if $done (i32.eqz (local.get $left)))
            (local.set $result (call $write (global.get $end) (local.get $items) (local.get $left)))
            (local.set $count (i32.shr_u (local.get $result) (i32.const 4)))
            (local.set $items (i32.add (local.get $items)
                (i32.mul (local.get $count) (i32.const {SIZE}))))
            (local.set $left (i32.sub (local.get $left) (local.get $count)))
            (local.set $result (i32.and (local.get $result) (i32.const 15)))
            (br_if $done (local.get $result))
            (br $more)))";

/// Writes the value.
const FUTURE_WRITE: &str = "
    (local.set $result (call $write (global.get $end) (local.get $items)))";

/// A bridge. `read` and `write` are asynchronous functions that wait inside.
const BRIDGE: &str = r#"(component
    {TYPES}
    (type $transfer {TRANSFER})
    (core module $memory
        (memory (export "memory") 1)
        (global $heap (mut i32) (i32.const 1024))
        (func (export "reset") (global.set $heap (i32.const 1024)))
        (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32)
            (result i32)
            (local $new i32)
            (local.set $new (i32.and
                (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
                (i32.sub (i32.const 0) (local.get $align))))
            (global.set $heap (i32.add (local.get $new) (local.get $size)))
            (if (i32.or
                    (i32.lt_u (global.get $heap) (local.get $new))
                    (i32.gt_u (global.get $heap) (i32.const 0x7fff0000)))
                (then unreachable))
            (block $enough
                (br_if $enough (i32.le_u (global.get $heap) (i32.shl (memory.size) (i32.const 16))))
                (br_if $enough (i32.ne (i32.const -1) (memory.grow (i32.add (i32.const 1) (i32.shr_u
                    (i32.sub (global.get $heap) (i32.shl (memory.size) (i32.const 16)))
                    (i32.const 16))))))
                unreachable)
            (memory.copy (local.get $new) (local.get $old) (local.get $old-size))
            (local.get $new)))
    (core instance $memory (instantiate $memory))
    (alias core export $memory "memory" (core memory $mem))
    (alias core export $memory "realloc" (core func $realloc))
    (core func $new (canon {KIND}.new $transfer))
    (core func $read (canon {KIND}.read $transfer (memory $mem) (realloc $realloc)))
    (core func $write (canon {KIND}.write $transfer (memory $mem) (realloc $realloc)))
    (core func $drop-readable (canon {KIND}.drop-readable $transfer))
    (core func $drop-writable (canon {KIND}.drop-writable $transfer))
    (core module $main
        (import "" "memory" (memory 1))
        (import "" "reset" (func $reset))
        (import "" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
        (import "" "new" (func $new (result i64)))
        (import "" "read" (func $read (param i32 i32 {LENGTH}) (result i32)))
        (import "" "write" (func $write (param i32 i32 {LENGTH}) (result i32)))
        (import "" "drop-readable" (func $drop-readable (param i32)))
        (import "" "drop-writable" (func $drop-writable (param i32)))
        (global $end (mut i32) (i32.const 0))
        (func (export "take") (param i32) (global.set $end (local.get 0)))
        (func (export "open") (result i32)
            (local $ends i64)
            (local.set $ends (call $new))
            (global.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
            (i32.wrap_i64 (local.get $ends)))
        (func (export "read") (param $max i32) (result i32)
            (local $items i32) (local $result i32) (local $count i32)
            (call $reset)
            (local.set $items (call $realloc (i32.const 0) (i32.const 0) (i32.const {ALIGN})
                (i32.mul (local.get $max) (i32.const {SIZE}))))
            {READ}
            (i32.store offset=12 (i32.const 0) (local.get $items))
            (i32.store offset=16 (i32.const 0) (local.get $count))
            (i32.const 8))
        (func (export "write") {PARAMS} (result i32)
            {LOCALS} (local $result i32) (local $count i32)
            {WRITE}
            (call $reset)
            (i32.eqz (i32.and (local.get $result) (i32.const 15))))
        (func (export "close-readable") (call $drop-readable (global.get $end)))
        (func (export "close-writable") (call $drop-writable (global.get $end)))
        (func (export "abandon")
            (drop (call $write (global.get $end) (i32.const 1024) {NOTHING}))
            (call $drop-writable (global.get $end))))
    (core instance $main (instantiate $main (with "" (instance
        (export "memory" (memory $mem))
        (export "reset" (func $memory "reset"))
        (export "realloc" (func $realloc))
        (export "new" (func $new))
        (export "read" (func $read))
        (export "write" (func $write))
        (export "drop-readable" (func $drop-readable))
        (export "drop-writable" (func $drop-writable))))))
    (func (export "take") (param "end" $transfer) (canon lift (core func $main "take")))
    (func (export "open") (result $transfer) (canon lift (core func $main "open")))
    (func (export "read") async (param "max" u32) (result (tuple u32 {ITEMS}))
        (canon lift (core func $main "read") (memory $mem) (realloc $realloc)))
    (func (export "write") async (param "items" {ITEMS}) (result u32)
        (canon lift (core func $main "write") (memory $mem) (realloc $realloc)))
    (func (export "close-readable") (canon lift (core func $main "close-readable")))
    (func (export "close-writable") (canon lift (core func $main "close-writable")))
    (func (export "abandon") async (canon lift (core func $main "abandon"))))"#;

impl Types {
    /// Writes a type and returns its name, and its number for the layout.
    fn add(&mut self, shape: &Shape) -> (String, TypeId) {
        let (text, abi) = self.parts(shape);
        self.abi.push(abi);
        let id = (self.abi.len() - 1) as TypeId;
        let is_named = matches!(
            shape,
            Shape::Record(_) | Shape::Variant(_) | Shape::Enum(_) | Shape::Flags(_)
        );
        let name = format!("$t{id}");
        _ = writeln!(self.text, "(type {name} {text})");
        match is_named {
            // Functions that are exported can use such types only by exported names.
            true => {
                _ = writeln!(self.text, "(export $e{id} \"t{id}\" (type {name}))");
                (format!("$e{id}"), id)
            }
            false => (name, id),
        }
    }

    fn optional(&mut self, shape: Option<&Shape>) -> Option<(String, TypeId)> {
        shape.map(|shape| self.add(shape))
    }

    fn parts(&mut self, shape: &Shape) -> (String, Type) {
        match shape {
            Shape::Bool => ("bool".into(), Type::Bool),
            Shape::Integer(integer) => (integer.name().into(), integer_type(*integer)),
            Shape::F32 => ("f32".into(), Type::F32),
            Shape::F64 => ("f64".into(), Type::F64),
            Shape::Char => ("char".into(), Type::Char),
            Shape::Text => ("string".into(), Type::String),
            Shape::List(inner) => {
                let (name, id) = self.add(inner);
                (format!("(list {name})"), Type::List(id))
            }
            Shape::Fixed(inner, len) => {
                let (name, id) = self.add(inner);
                (format!("(list {name} {len})"), Type::FixedList(id, *len))
            }
            Shape::Record(fields) => {
                let mut text = String::from("(record");
                let mut ids = Vec::new();
                for field in fields {
                    let (name, id) = self.add(&field.shape);
                    _ = write!(text, " (field \"{}\" {name})", field.name);
                    ids.push(id);
                }
                (text + ")", Type::Tuple(ids))
            }
            Shape::Tuple(shapes) => {
                let added: Vec<_> = shapes.iter().map(|shape| self.add(shape)).collect();
                let names: Vec<_> = added.iter().map(|(name, _)| &**name).collect();
                let ids = added.iter().map(|(_, id)| *id);
                (
                    format!("(tuple {})", names.join(" ")),
                    Type::Tuple(ids.collect()),
                )
            }
            Shape::Variant(cases) => {
                let mut text = String::from("(variant");
                let mut abi = Vec::new();
                for case in cases {
                    let payload = self.optional(case.payload.as_ref());
                    let name = payload.as_ref().map_or("", |(name, _)| name);
                    _ = write!(text, " (case \"{}\" {name})", case.name);
                    abi.push(Case {
                        name: String::new(),
                        ty: payload.map(|(_, id)| id),
                    });
                }
                (text + ")", Type::Variant(abi))
            }
            Shape::Enum(names) => (listed("enum", names.iter()), Type::Enum(names.clone())),
            Shape::Option(inner) => {
                let (name, id) = self.add(inner);
                (format!("(option {name})"), Type::Option(id))
            }
            Shape::Result(ResultShape { ok, err }) => {
                let ok = self.optional(ok.as_deref());
                let err = self.optional(err.as_deref());
                let name = |part: &Option<(String, TypeId)>, before: &str, after: &str| {
                    let part = part.as_ref();
                    part.map(|(name, _)| format!(" {before}{name}{after}"))
                        .unwrap_or_default()
                };
                let text = format!(
                    "(result{}{})",
                    name(&ok, "", ""),
                    name(&err, "(error ", ")")
                );
                let id = |part: Option<(String, TypeId)>| part.map(|(_, id)| id);
                (text, Type::Result(id(ok), id(err)))
            }
            Shape::Flags(flags) => {
                let names: Vec<_> = flags.iter().map(|flag| flag.name.clone()).collect();
                (listed("flags", names.iter()), Type::Flags(names))
            }
            // No bridge is made for streams and futures of these.
            Shape::Own(_) | Shape::Borrow(_) | Shape::Transfer(_) => ("u32".into(), Type::U32),
        }
    }
}

fn listed<'a>(kind: &str, names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
    format!("({kind} {})", names.join(" "))
}

fn integer_type(integer: Integer) -> Type {
    match integer {
        Integer::U8 => Type::U8,
        Integer::S8 => Type::S8,
        Integer::U16 => Type::U16,
        Integer::S16 => Type::S16,
        Integer::U32 => Type::U32,
        Integer::S32 => Type::S32,
        Integer::U64 => Type::U64,
        Integer::S64 => Type::S64,
    }
}
