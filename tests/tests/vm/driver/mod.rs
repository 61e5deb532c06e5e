//! The interface `snapshot` is enough: a component written in C, without any of our code, is the
//! only driver of a VM that it freezes in one instance and thaws in another.

mod build;

use std::sync::OnceLock;

use wasmtime::Store;
use wasmtime::component::{
    Component, ComponentNamedList, ComponentType, Instance, Lift, Linker, Lower, TypedFunc,
};

use crate::raw;

/// The driver with its VM, compiled once for all tests.
fn composition() -> &'static Component {
    static COMPILED: OnceLock<Component> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let composed = raw::compose::compose(&build::driver());
        Component::new(raw::engine(), composed).unwrap()
    })
}

/// One VM with its driver.
struct Driver {
    store: Store<()>,
    instance: Instance,
}

impl Driver {
    fn new() -> Driver {
        let mut linker = Linker::new(raw::engine());
        raw::imports(&mut linker);
        let mut store = Store::new(raw::engine(), ());
        let instance = linker.instantiate(&mut store, composition()).unwrap();
        Driver { store, instance }
    }

    fn call<P, R>(&mut self, name: &str, params: P) -> R
    where
        P: ComponentNamedList + Lower,
        R: ComponentType + Lift + 'static,
    {
        let consumer = self
            .instance
            .get_export_index(&mut self.store, None, "consumer");
        let index = self
            .instance
            .get_export_index(&mut self.store, consumer.as_ref(), name)
            .unwrap();
        let function: TypedFunc<P, (R,)> = self
            .instance
            .get_typed_func(&mut self.store, index)
            .unwrap();
        function.call(&mut self.store, params).unwrap().0
    }

    #[track_caller]
    fn eval(&mut self, code: &str) -> String {
        match self.call::<_, Result<String, String>>("eval", (code,)) {
            Ok(text) => text,
            Err(message) => panic!("{code}\nfailed: {message}"),
        }
    }

    fn freeze(&mut self) -> Vec<u8> {
        self.call("freeze", ())
    }

    /// A new one that goes on from there.
    #[track_caller]
    fn thawed(image: &[u8]) -> Driver {
        let mut driver = Driver::new();
        assert!(driver.call::<_, bool>("thaw", (image,)));
        driver
    }
}

#[test]
fn together_they_import_what_the_vm_imports() {
    let names = |component: &Component| -> Vec<String> {
        let ty = component.component_type();
        let imports = ty.imports(raw::engine());
        imports.map(|(name, _)| name.to_owned()).collect()
    };
    let vm = Component::new(raw::engine(), jsvm::COMPONENT).unwrap();
    assert_eq!(names(composition()), names(&vm));
}

#[test]
fn driver_evaluates() {
    let mut driver = Driver::new();
    assert_eq!(driver.eval("[1 + 1, 'Zoë 🦀']"), "2,Zoë 🦀");
    assert_eq!(driver.eval("1 / 3"), "0.3333333333333333");
    assert_eq!(driver.eval("undefined"), "undefined");
    let failed: Result<String, String> = driver.call("eval", ("null.x",));
    assert_eq!(
        failed.unwrap_err(),
        "Cannot read properties of null (reading 'x')"
    );
}

#[test]
fn what_one_driver_froze_goes_on_with_another() {
    let mut first = Driver::new();
    first.eval(
        "var log = [];
        const deferred = Promise.withResolvers();
        (async () => { log.push('waits'); log.push(await deferred.promise) })();
        function* count() { for (let i = 1; ; i++) yield i }
        const numbers = count();
        class Point { #x = 1; move() { return ++this.#x } }
        const point = new Point(), map = new Map([['b', 1], ['a', 2]]);
        numbers.next(); point.move()",
    );
    let image = first.freeze();
    assert!(
        image.len() < 200_000,
        "{} bytes are no difference",
        image.len()
    );
    // The one that was frozen goes on, and the others know nothing of it.
    first.eval("map.set('c', 3); numbers.next(); deferred.resolve('first')");
    assert_eq!(first.eval("log"), "waits,first");
    for name in ["second", "third"] {
        let mut next = Driver::thawed(&image);
        assert_eq!(
            next.eval("[numbers.next().value, point.move(), [...map]]"),
            "2,3,b,1,a,2"
        );
        next.eval(&format!("deferred.resolve('{name}')"));
        assert_eq!(next.eval("log"), format!("waits,{name}"));
    }
}

#[test]
fn thawed_vm_is_frozen_in_turn() {
    let mut driver = Driver::new();
    driver.eval("var n = 0, random = []");
    for n in 1..=5 {
        driver.eval("n++; random.push(Math.random())");
        let image = driver.freeze();
        assert!(driver.freeze() == image, "freezing it changed something");
        driver = Driver::thawed(&image);
        assert!(driver.freeze() == image, "thawing it changed something");
        assert_eq!(driver.eval("n"), n.to_string());
    }
    // Its random numbers go on, too.
    let numbers = driver.eval("random");
    let mut straight = Driver::new();
    assert_eq!(
        straight.eval("Array.from({ length: 5 }, Math.random)"),
        numbers
    );
}

#[test]
fn large_vm_is_thawed_into_a_small_one() {
    let mut first = Driver::new();
    first.eval("var bytes = new Uint8Array(3 << 20).fill(7), text = 'x'.repeat(1 << 20)");
    let image = first.freeze();
    assert!(image.len() > 4 << 20);
    let mut second = Driver::thawed(&image);
    assert_eq!(
        second.eval("[bytes.every(x => x === 7), text.length]"),
        "true,1048576"
    );
    // What is freed costs nothing.
    second.eval("bytes = text = null");
    let small = second.freeze();
    assert!(small.len() < 200_000, "{}", small.len());
    assert_eq!(Driver::thawed(&small).eval("bytes"), "null");
}

#[test]
fn image_that_makes_no_sense_is_refused() {
    let image = Driver::new().freeze();
    let refused = |image: &[u8]| !Driver::new().call::<_, bool>("thaw", (image,));
    let with_size = |size: u64| [&size.to_le_bytes(), &image[8..]].concat();
    assert!(refused(&[]));
    assert!(refused(&image[..image.len() - 1]));
    for size in [0, 65536, 65537, u64::from(u32::MAX), u64::MAX] {
        assert!(refused(&with_size(size)), "{size}");
    }
    let mut outside = image[..8].to_vec();
    outside.extend(u32::MAX.to_le_bytes());
    outside.extend([1; 4096]);
    assert!(refused(&outside));
}
