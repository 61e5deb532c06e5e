//! Own properties as they are, prototypes, integrity and proxies.

use jsvm::{
    Error, Integrity, Interrupt, Limits, PropertyContent, PropertyDefinition, Value, ValueKind,
};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

#[test]
fn a_definition_has_the_attributes_it_says() {
    let vm = vm();
    let object = vm.create_object().unwrap();
    for bits in 0..8 {
        let [writable, enumerable, configurable] = [1, 2, 4].map(|bit| bits & bit != 0);
        let definition = PropertyDefinition::value(bits)
            .writable(writable)
            .enumerable(enumerable)
            .configurable(configurable);
        let key = format!("p{bits}");
        object.define(&key, definition).unwrap();
        let found = object.own_property(&key).unwrap().unwrap();
        assert_eq!(
            (found.writable, found.enumerable, found.configurable),
            (writable, enumerable, configurable)
        );
        assert_eq!(found.value().unwrap().to::<i32>().unwrap(), bits);
    }
    vm.roots().set("object", &object).unwrap();
    let keys = eval(&vm, "(object) => Object.keys(object).join()");
    assert_eq!(
        keys.call((&object,)).unwrap().to::<String>().unwrap(),
        "p2,p3,p6,p7"
    );
}

#[test]
fn what_a_definition_does_not_say_is_false_or_stays() {
    let vm = vm();
    let object = eval(&vm, "({ old: 1 })");
    object
        .define("new", PropertyDefinition::value("x"))
        .unwrap();
    let new = object.own_property("new").unwrap().unwrap();
    assert!(!new.writable && !new.enumerable && !new.configurable);

    object
        .define("old", PropertyDefinition::new().enumerable(false))
        .unwrap();
    let old = object.own_property("old").unwrap().unwrap();
    assert!(old.writable && !old.enumerable && old.configurable);
    assert_eq!(old.value().unwrap().to::<i32>().unwrap(), 1);

    // An empty definition of a new property makes one that holds `undefined`.
    object.define("empty", PropertyDefinition::new()).unwrap();
    assert!(object.has_own("empty").unwrap());
    assert!(object.get("empty").unwrap().is_undefined());
}

#[test]
fn accessors_are_defined_and_read_without_being_called() {
    let vm = vm();
    let object = eval(
        &vm,
        "var calls = 0; ({ get both() { calls++ }, set both(v) { calls++ } })",
    );
    let PropertyContent::Accessor { get, set } =
        object.own_property("both").unwrap().unwrap().content
    else {
        panic!("an accessor is expected")
    };
    assert_eq!(get.get("name").unwrap().to::<String>().unwrap(), "get both");
    assert_eq!(set.get("name").unwrap().to::<String>().unwrap(), "set both");
    assert_eq!(eval(&vm, "calls").to::<i32>().unwrap(), 0);

    let other = vm.create_object().unwrap();
    let getter = eval(&vm, "(function () { return this.base + 1 })");
    let setter = eval(&vm, "(function (v) { this.base = v })");
    other
        .define(
            "next",
            PropertyDefinition::getter(&getter).with_setter(&setter),
        )
        .unwrap();
    other.set("next", 41).unwrap();
    assert_eq!(other.get("next").unwrap().to::<i32>().unwrap(), 42);

    // Only the setter changes.
    let refuse = eval(&vm, "(() => { throw new RangeError('no') })");
    let object = eval(&vm, "({ get x() { return 1 } })");
    object
        .define("x", PropertyDefinition::new().with_setter(&refuse))
        .unwrap();
    assert_eq!(object.get("x").unwrap().to::<i32>().unwrap(), 1);
    assert_eq!(exception(object.set("x", 2)).name, "RangeError");
}

#[test]
fn a_definition_that_makes_no_sense_is_refused() {
    let vm = vm();
    let object = vm.create_object().unwrap();
    let function = eval(&vm, "() => 1");
    let wrong = [
        PropertyDefinition::getter(&function).writable(true),
        PropertyDefinition::value(1).with_setter(&function),
        PropertyDefinition::getter(&vm.create_object().unwrap()),
        PropertyDefinition::new().with_setter(&Value::NULL),
    ];
    for definition in wrong {
        assert_eq!(exception(object.define("x", definition)).name, "TypeError");
        assert!(!object.has_own("x").unwrap());
    }
    let fixed = eval(&vm, "Object.freeze({ x: 1 })");
    let change = || PropertyDefinition::value(2);
    assert_eq!(exception(fixed.define("x", change())).name, "TypeError");
    assert_eq!(exception(fixed.define("y", change())).name, "TypeError");
    // The same value again is no change.
    fixed.define("x", PropertyDefinition::value(1)).unwrap();
    // A primitive is no object, with a handle or without.
    let text = vm.create_string("abc").unwrap();
    assert_eq!(exception(text.define("x", change())).name, "TypeError");
    let none = Value::from(1.0).define("x", change());
    assert!(matches!(none, Err(Error::Conversion(_))));
    let other = jsvm_tests::vm();
    let foreign = PropertyDefinition::getter(&eval(&other, "() => 1"));
    assert!(matches!(
        object.define("x", foreign),
        Err(Error::ForeignValue)
    ));
    let foreign = PropertyDefinition::value(eval(&other, "({})"));
    assert!(matches!(
        object.define("x", foreign),
        Err(Error::ForeignValue)
    ));
}

#[test]
fn keys_of_every_kind_are_defined() {
    let vm = vm();
    let object = vm.create_object().unwrap();
    let symbol = vm.create_symbol("s").unwrap();
    object
        .define(&symbol, PropertyDefinition::value("by symbol"))
        .unwrap();
    object
        .define(7, PropertyDefinition::value("by index"))
        .unwrap();
    object
        .define("__proto__", PropertyDefinition::value("by name"))
        .unwrap();
    assert!(object.has_own(&symbol).unwrap());
    assert!(object.has_own("7").unwrap());
    assert!(object.has_own("__proto__").unwrap());
    // It is a property, not the prototype.
    let prototype = object.prototype().unwrap();
    let expected = eval(&vm, "Object.prototype");
    assert!(prototype.strict_equals(&expected).unwrap());
    assert!(!object.has_own("toString").unwrap());
    assert!(object.has("toString").unwrap());
}

#[test]
fn properties_of_exotic_objects_are_read() {
    let vm = vm();
    let array = eval(&vm, "[10, 20]");
    assert!(array.has_own(1).unwrap() && !array.has_own(2).unwrap());
    let length = array.own_property("length").unwrap().unwrap();
    assert!(length.writable && !length.enumerable && !length.configurable);
    let text = eval(&vm, "new String('ab')");
    let letter = text.own_property(1).unwrap().unwrap();
    assert_eq!(letter.value().unwrap().to::<String>().unwrap(), "b");
    let bytes = eval(&vm, "new Uint8Array([5])");
    assert!(bytes.own_property(0).unwrap().unwrap().configurable);
    bytes.define(0, PropertyDefinition::value(6)).unwrap();
    assert_eq!(bytes.to_bytes().unwrap(), [6]);
    assert_eq!(
        exception(bytes.define(1, PropertyDefinition::value(6))).name,
        "TypeError"
    );
}

#[test]
fn prototypes_are_read_and_replaced() {
    let vm = vm();
    let base = eval(&vm, "({ hello() { return 'hello ' + this.name } })");
    let object = vm.create_object_with_prototype(&base).unwrap();
    object.set("name", "you").unwrap();
    let hello = object.call_method("hello", ()).unwrap();
    assert_eq!(hello.to::<String>().unwrap(), "hello you");
    assert!(object.prototype().unwrap().strict_equals(&base).unwrap());

    let bare = vm.create_object_with_prototype(&Value::NULL).unwrap();
    assert!(bare.prototype().unwrap().is_null());
    assert!(!bare.has("toString").unwrap());
    bare.set_prototype(&object).unwrap();
    assert!(bare.has("hello").unwrap());
    // A cycle, a value that cannot be a prototype, an object that is closed.
    assert_eq!(exception(base.set_prototype(&bare)).name, "TypeError");
    assert_eq!(
        exception(bare.set_prototype(&Value::from(1.0))).name,
        "TypeError"
    );
    bare.set_integrity(Integrity::NotExtensible).unwrap();
    assert_eq!(exception(bare.set_prototype(&base)).name, "TypeError");
    assert_eq!(
        exception(vm.create_object_with_prototype(&Value::UNDEFINED)).name,
        "TypeError"
    );
    // That of a primitive is that of its wrapper.
    let prototype = vm.create_string("x").unwrap().prototype().unwrap();
    assert!(
        prototype
            .strict_equals(&eval(&vm, "String.prototype"))
            .unwrap()
    );
}

#[test]
fn objects_are_closed_step_by_step() {
    let vm = vm();
    let object = eval(&vm, "({ x: 1 })");
    assert_eq!(object.integrity().unwrap(), Integrity::Extensible);
    object.set_integrity(Integrity::Extensible).unwrap();
    object.set("y", 2).unwrap();

    object.set_integrity(Integrity::NotExtensible).unwrap();
    assert_eq!(object.integrity().unwrap(), Integrity::NotExtensible);
    assert_eq!(exception(object.set("z", 3)).name, "TypeError");
    assert!(object.delete("y").unwrap());

    object.set_integrity(Integrity::Sealed).unwrap();
    assert_eq!(object.integrity().unwrap(), Integrity::Sealed);
    assert!(!object.delete("x").unwrap());
    object.set("x", 5).unwrap();

    object.set_integrity(Integrity::Frozen).unwrap();
    assert_eq!(object.integrity().unwrap(), Integrity::Frozen);
    assert_eq!(exception(object.set("x", 6)).name, "TypeError");
    object.set_integrity(Integrity::Extensible).unwrap();
    assert_eq!(object.integrity().unwrap(), Integrity::Frozen);

    let bytes = eval(&vm, "new Uint8Array(1)");
    let refused = exception(bytes.set_integrity(Integrity::Frozen));
    assert_eq!(refused.name, "TypeError");
    let stubborn = eval(&vm, "new Proxy({}, { preventExtensions: () => false })");
    let refused = exception(stubborn.set_integrity(Integrity::NotExtensible));
    assert_eq!(refused.name, "TypeError");
    // Scripts cannot deceive it.
    eval(
        &vm,
        "Object.isFrozen = () => true; Object.isSealed = () => true",
    );
    let open = eval(&vm, "Object.preventExtensions({ x: 1 })");
    assert_eq!(open.integrity().unwrap(), Integrity::NotExtensible);
}

#[test]
fn proxies_are_made_and_seen_through() {
    let vm = vm();
    let (target, handler) = (eval(&vm, "({ x: 1 })"), eval(&vm, "({ get: () => 7 })"));
    let proxy = vm.create_proxy(&target, &handler).unwrap();
    assert_eq!(proxy.get("x").unwrap().to::<i32>().unwrap(), 7);
    assert_eq!(proxy.kind().unwrap(), ValueKind::Proxy);
    assert!(proxy.is_proxy().unwrap());
    assert_eq!(proxy.class_name().unwrap().as_deref(), Some("Proxy"));
    let found = proxy.proxy_target().unwrap().unwrap();
    assert!(found.strict_equals(&target).unwrap());
    let found = proxy.proxy_handler().unwrap().unwrap();
    assert!(found.strict_equals(&handler).unwrap());

    let outer = vm
        .create_proxy(&proxy, &vm.create_object().unwrap())
        .unwrap();
    assert!(outer.proxy_target().unwrap().unwrap().is_proxy().unwrap());

    let callable = vm
        .create_proxy(&eval(&vm, "() => 1"), &vm.create_object().unwrap())
        .unwrap();
    assert_eq!(callable.kind().unwrap(), ValueKind::Function);
    assert!(callable.is_proxy().unwrap());
    assert_eq!(callable.type_of().unwrap(), "function");
    assert_eq!(callable.call(()).unwrap().to::<i32>().unwrap(), 1);

    assert!(target.proxy_target().unwrap().is_none());
    assert!(!target.is_proxy().unwrap());
    assert!(Value::NULL.proxy_handler().unwrap().is_none());
    let text = vm.create_string("x").unwrap();
    assert_eq!(
        exception(vm.create_proxy(&text, &handler)).name,
        "TypeError"
    );
    assert_eq!(exception(vm.create_proxy(&target, &text)).name, "TypeError");
    assert!(matches!(
        vm.create_proxy(&Value::NULL, &handler),
        Err(Error::Conversion(_))
    ));
}

#[test]
fn a_revoked_proxy_has_nothing() {
    let vm = vm();
    let pair = eval(&vm, "Proxy.revocable({ x: 1 }, {})");
    let proxy = pair.get("proxy").unwrap();
    pair.get("revoke").unwrap().call(()).unwrap();
    assert!(proxy.is_proxy().unwrap());
    assert!(proxy.proxy_target().unwrap().is_none());
    assert!(proxy.proxy_handler().unwrap().is_none());
    assert_eq!(exception(proxy.get("x")).name, "TypeError");
    assert_eq!(exception(proxy.own_property("x")).name, "TypeError");
    assert_eq!(exception(proxy.has_own("x")).name, "TypeError");
    assert_eq!(exception(proxy.prototype()).name, "TypeError");
    assert_eq!(
        exception(proxy.set_prototype(&Value::NULL)).name,
        "TypeError"
    );
    assert_eq!(exception(proxy.integrity()).name, "TypeError");
    assert_eq!(
        exception(proxy.set_integrity(Integrity::Frozen)).name,
        "TypeError"
    );
    let definition = PropertyDefinition::value(1);
    assert_eq!(exception(proxy.define("x", definition)).name, "TypeError");
    assert_usable(&vm);
}

#[test]
fn what_traps_throw_arrives() {
    let vm = vm();
    let proxy = eval(
        &vm,
        "new Proxy({}, new Proxy({}, { get(_, trap) { return () => { throw trap } } }))",
    );
    let thrown = |result: Result<(), Error>| exception(result).message;
    assert_eq!(
        thrown(proxy.own_property("x").map(drop)),
        "getOwnPropertyDescriptor"
    );
    assert_eq!(
        thrown(proxy.has_own("x").map(drop)),
        "getOwnPropertyDescriptor"
    );
    let definition = PropertyDefinition::value(1);
    assert_eq!(thrown(proxy.define("x", definition)), "defineProperty");
    assert_eq!(thrown(proxy.prototype().map(drop)), "getPrototypeOf");
    assert_eq!(thrown(proxy.set_prototype(&Value::NULL)), "setPrototypeOf");
    assert_eq!(thrown(proxy.integrity().map(drop)), "isExtensible");
    assert_eq!(
        thrown(proxy.set_integrity(Integrity::NotExtensible)),
        "preventExtensions"
    );
}

#[test]
fn a_trap_that_never_ends_meets_the_limit() {
    let limits = Limits::default().time(std::time::Duration::from_millis(30));
    let vm = builder().limits(limits).build().unwrap();
    let proxy = eval(
        &vm,
        "new Proxy({}, { getOwnPropertyDescriptor() { for (;;); }, getPrototypeOf() { for (;;); } })",
    );
    let is_late = |error| matches!(error, Error::Interrupted(Interrupt::TimeLimit));
    assert!(is_late(proxy.own_property("x").unwrap_err()));
    assert!(is_late(proxy.prototype().unwrap_err()));
    assert_usable(&vm);
}
