//! Methods of built-in classes, kept so that no script can replace them.

use std::cell::OnceCell;

use crate::js::{self, JsResult, Slot, Thrown, Value};

/// Names the methods that are kept, and says where they are found: a class, what of it (its
/// prototype, or itself), and a key, which may be that of a getter.
macro_rules! methods {
    ($($name:ident = $class:literal $place:ident $key:literal;)*) => {
        /// A method that is kept.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Method {
            $(#[doc = concat!("`", $key, "` of `", $class, "`")] $name,)*
        }

        const METHODS: &[(&str, Place, &str)] = &[$(($class, Place::$place, $key),)*];
    };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Prototype,
    Getter,
    Class,
}

methods! {
    MapGet = "Map" Prototype "get";
    MapSet = "Map" Prototype "set";
    MapHas = "Map" Prototype "has";
    MapDelete = "Map" Prototype "delete";
    MapClear = "Map" Prototype "clear";
    SetAdd = "Set" Prototype "add";
    SetHas = "Set" Prototype "has";
    SetDelete = "Set" Prototype "delete";
    SetClear = "Set" Prototype "clear";
    WeakMapGet = "WeakMap" Prototype "get";
    WeakMapSet = "WeakMap" Prototype "set";
    WeakMapHas = "WeakMap" Prototype "has";
    WeakMapDelete = "WeakMap" Prototype "delete";
    WeakSetAdd = "WeakSet" Prototype "add";
    WeakSetHas = "WeakSet" Prototype "has";
    WeakSetDelete = "WeakSet" Prototype "delete";
    WeakRefDeref = "WeakRef" Prototype "deref";
    DateGetTime = "Date" Prototype "getTime";
    DateSetTime = "Date" Prototype "setTime";
    BufferTransfer = "ArrayBuffer" Prototype "transfer";
    BufferDetached = "ArrayBuffer" Getter "detached";
    ObjectIsFrozen = "Object" Class "isFrozen";
    ObjectIsSealed = "Object" Class "isSealed";
}

thread_local! {
    static KEPT: OnceCell<&'static [Value]> = const { OnceCell::new() };
    static WEAK_REF: OnceCell<Value> = const { OnceCell::new() };
}

/// Keeps them.
pub(super) fn keep() -> JsResult<()> {
    let kept = METHODS.iter().map(find).collect::<JsResult<Vec<_>>>()?;
    KEPT.with(|cell| {
        let _ = cell.set(kept.leak());
    });
    let weak_ref = js::global().get("WeakRef")?;
    WEAK_REF.with(|cell| {
        let _ = cell.set(weak_ref);
    });
    Ok(())
}

fn find((class, place, key): &(&str, Place, &str)) -> JsResult<Value> {
    let class = js::global().get(*class)?;
    match place {
        Place::Class => class.get(*key),
        Place::Prototype => class.get("prototype")?.get(*key),
        Place::Getter => {
            let property = class.get("prototype")?.own_property(*key)?;
            match property.map(|property| property.slot) {
                Some(Slot::Accessor { get, .. }) => Ok(get),
                _ => Err(Thrown::type_error("a built-in class lacks an accessor")),
            }
        }
    }
}

impl Method {
    /// Calls it.
    pub fn call(self, this: &Value, args: &[Value]) -> JsResult<Value> {
        let method = KEPT.with(|kept| kept.get().and_then(|kept| kept.get(self as usize)));
        match method {
            Some(method) => method.call(this, args),
            None => Err(Thrown::type_error("the realm is not complete")),
        }
    }
}

/// `new WeakRef(target)`
pub fn new_weak_ref(target: &Value) -> JsResult<Value> {
    let constructor = WEAK_REF.with(|kept| kept.get().cloned());
    let constructor = constructor.unwrap_or(Value::UNDEFINED);
    constructor.construct(std::slice::from_ref(target))
}
