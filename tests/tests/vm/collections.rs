//! Maps, sets and dates from outside.

use jsvm::{Error, Limit, Limits, Value};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

/// What a hostile script does to the prototypes.
const HOSTILE: &str = "
    for (const Class of [Map, Set, WeakMap, WeakSet, Date]) {
      for (const key of Reflect.ownKeys(Class.prototype)) {
        Object.defineProperty(Class.prototype, key, {
          get() { throw new Error('fooled') }, configurable: true,
        });
      }
      globalThis[Class.name] = null;
    }";

#[test]
fn maps_are_used() {
    let vm = vm();
    let key = vm.create_object().unwrap();
    let map = vm.create_map([("a", 1), ("b", 2), ("a", 3)]).unwrap();
    assert_eq!(map.size().unwrap(), 2);
    assert_eq!(map.map_get("a").unwrap().to::<i32>().unwrap(), 3);
    assert!(map.map_get("none").unwrap().is_undefined());
    map.map_set(&key, "by object").unwrap();
    assert_eq!(
        map.map_get(&key).unwrap().to::<String>().unwrap(),
        "by object"
    );
    assert!(map.has_member(&key).unwrap());
    assert!(!map.has_member(vm.create_object().unwrap()).unwrap());
    // Keys are the same as in JavaScript: NaN is found, and -0 is 0.
    map.map_set(f64::NAN, 1).unwrap();
    map.map_set(-0.0, 2).unwrap();
    assert!(map.has_member(f64::NAN).unwrap() && map.has_member(0.0).unwrap());
    assert!(map.delete_member("a").unwrap() && !map.delete_member("a").unwrap());
    let keys: Vec<_> = map
        .entries()
        .unwrap()
        .iter()
        .map(|(key, _)| key.to_text().unwrap())
        .collect();
    assert_eq!(keys, ["b", "[object Object]", "NaN", "0"]);
    map.clear().unwrap();
    assert_eq!(map.size().unwrap(), 0);
    assert!(map.entries().unwrap().is_empty());
}

#[test]
fn sets_are_used() {
    let vm = vm();
    let set = vm.create_set(vec![3, 1, 3]).unwrap();
    set.set_add("x").unwrap();
    assert_eq!(set.size().unwrap(), 3);
    let members = set.members().unwrap();
    let members: Vec<_> = members.iter().map(|m| m.to_text().unwrap()).collect();
    assert_eq!(members, ["3", "1", "x"]);
    assert!(
        set.has_member(1).unwrap() && set.delete_member(1).unwrap() && !set.has_member(1).unwrap()
    );
    set.clear().unwrap();
    assert!(set.members().unwrap().is_empty());
}

#[test]
fn weak_collections_are_used() {
    let vm = vm();
    let (map, set) = (eval(&vm, "new WeakMap"), eval(&vm, "new WeakSet"));
    let key = vm.create_object().unwrap();
    map.map_set(&key, 1).unwrap();
    set.set_add(&key).unwrap();
    assert_eq!(map.map_get(&key).unwrap().to::<i32>().unwrap(), 1);
    assert!(map.has_member(&key).unwrap() && set.has_member(&key).unwrap());
    assert_eq!(exception(map.map_set("text", 1)).name, "TypeError");
    assert_eq!(exception(set.set_add(1)).name, "TypeError");
    assert!(!map.has_member("text").unwrap());
    assert_eq!(exception(map.size()).name, "TypeError");
    assert_eq!(exception(set.clear()).name, "TypeError");
    assert!(map.delete_member(&key).unwrap() && set.delete_member(&key).unwrap());
    assert!(!map.has_member(&key).unwrap() && !set.has_member(&key).unwrap());
}

#[test]
fn large_ones_arrive_whole() {
    let vm = vm();
    let map = eval(
        &vm,
        "new Map(Array.from({ length: 10000 }, (_, i) => [i, 2 * i]))",
    );
    let entries = map.entries().unwrap();
    assert_eq!(entries.len(), 10000);
    for (index, (key, value)) in entries.iter().enumerate() {
        let index = index as f64;
        assert_eq!(key.to_number().unwrap(), index);
        assert_eq!(value.to_number().unwrap(), 2.0 * index);
    }
    let set = eval(&vm, "new Set(Array.from({ length: 8192 }, (_, i) => i))");
    assert_eq!(set.members().unwrap().len(), 8192);
}

#[test]
fn what_scripts_make_of_prototypes_does_not_matter() {
    let vm = vm();
    let map = eval(&vm, "new Map([['k', 'v']])");
    let set = eval(&vm, "new Set(['m'])");
    let (weak_map, weak_set) = (eval(&vm, "new WeakMap"), eval(&vm, "new WeakSet"));
    let date = eval(&vm, "new Date(5)");
    eval(&vm, HOSTILE);
    assert_eq!(map.map_get("k").unwrap().to::<String>().unwrap(), "v");
    map.map_set("l", 1).unwrap();
    assert!(map.has_member("l").unwrap() && map.delete_member("k").unwrap());
    assert_eq!((map.size().unwrap(), map.entries().unwrap().len()), (1, 1));
    map.clear().unwrap();
    set.set_add("n").unwrap();
    assert!(set.has_member("n").unwrap() && set.delete_member("m").unwrap());
    assert_eq!((set.size().unwrap(), set.members().unwrap().len()), (1, 1));
    set.clear().unwrap();
    let key = vm.create_object().unwrap();
    weak_map.map_set(&key, 1).unwrap();
    assert!(weak_map.has_member(&key).unwrap() && weak_map.delete_member(&key).unwrap());
    weak_set.set_add(&key).unwrap();
    assert!(weak_set.has_member(&key).unwrap() && weak_set.delete_member(&key).unwrap());
    date.set_time(7.0).unwrap();
    assert_eq!(date.time().unwrap(), 7.0);
    assert_eq!(vm.create_map([(1, 2)]).unwrap().size().unwrap(), 1);
    assert_eq!(vm.create_set(vec![1]).unwrap().size().unwrap(), 1);
    assert_eq!(vm.create_date(1.0).unwrap().time().unwrap(), 1.0);
}

#[test]
fn what_is_something_else_says_so() {
    let vm = vm();
    let imposter = eval(
        &vm,
        "Object.setPrototypeOf({ get size() { return 1 } }, Map.prototype)",
    );
    let proxy = eval(&vm, "new Proxy(new Map, {})");
    let text = vm.create_string("text").unwrap();
    for value in [&imposter, &proxy, &text, &eval(&vm, "new Set")] {
        assert_eq!(exception(value.map_get(1)).name, "TypeError");
        assert_eq!(exception(value.map_set(1, 2)).name, "TypeError");
        assert_eq!(exception(value.entries()).name, "TypeError");
        assert_eq!(exception(value.time()).name, "TypeError");
        assert_eq!(exception(value.set_time(0.0)).name, "TypeError");
    }
    for value in [&imposter, &proxy, &text, &eval(&vm, "new Map")] {
        assert_eq!(exception(value.set_add(1)).name, "TypeError");
        assert_eq!(exception(value.members()).name, "TypeError");
    }
    for value in [&imposter, &proxy, &text] {
        assert_eq!(exception(value.has_member(1)).name, "TypeError");
        assert_eq!(exception(value.delete_member(1)).name, "TypeError");
        assert_eq!(exception(value.clear()).name, "TypeError");
        assert_eq!(exception(value.size()).name, "TypeError");
    }
    assert!(matches!(Value::NULL.size(), Err(Error::Conversion(_))));
    let other = jsvm_tests::vm();
    let foreign = other.create_object().unwrap();
    let map = eval(&vm, "new Map");
    assert!(matches!(map.map_get(&foreign), Err(Error::ForeignValue)));
    assert!(matches!(map.map_set(1, &foreign), Err(Error::ForeignValue)));
    assert!(matches!(
        vm.create_set(vec![foreign]),
        Err(Error::ForeignValue)
    ));
}

#[test]
fn a_map_that_does_not_fit_meets_the_limit() {
    let limits = Limits::default().memory(2 << 20);
    let vm = builder().limits(limits).build().unwrap();
    let map = eval(&vm, "new Map");
    let full = (0..1_000_000).find_map(|n| map.map_set(n, "x".repeat(100)).err());
    assert!(matches!(full, Some(Error::Limit(Limit::Memory))));
    map.clear().unwrap();
    assert_usable(&vm);
}

#[test]
fn dates_are_read_and_set() {
    let vm = vm();
    let date = vm.create_date(1_000.0).unwrap();
    assert_eq!(date.time().unwrap(), 1_000.0);
    date.set_time(1e15).unwrap();
    let text = date.call_method("toISOString", ()).unwrap();
    assert_eq!(text.to::<String>().unwrap(), "+033658-09-27T01:46:40.000Z");
    date.set_time(9e15).unwrap();
    assert!(date.time().unwrap().is_nan());
}
