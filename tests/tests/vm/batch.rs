//! Several operations in one call, and calls of which everything is data.

use std::time::Duration;

use jsvm::serde::{Integers, Options};
use jsvm::{Data, Error, Interrupt, Limits, Value};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

#[test]
fn steps_use_what_came_before() {
    let vm = vm();
    let mut batch = vm.batch();
    let global = batch.global();
    let array = batch.get(global, "Array");
    let list = batch.construct(array, ());
    batch.call_method(list, "push", (1, "two", [3, 4]));
    batch.set(list, "name", "list");
    let join = batch.get(list, "join");
    let bound = batch.call_method(join, "bind", (list,));
    let joined = batch.call(bound, ("-",));
    let whole = batch.call_method(list, "valueOf", ());
    batch.output(joined);
    batch.output(list);
    batch.data(list);
    batch.data(whole);
    let results = batch.run().unwrap();
    assert_eq!(results.to::<String>(joined).unwrap(), "1-two-3,4");
    // The last wish counts, and what is copied is what there is when the step is done.
    assert!(results.value(list).is_none());
    assert!(results.to::<Vec<u8>>(list).unwrap().is_empty());
    let whole = results.data(whole).unwrap().root().unwrap();
    assert_eq!(whole.get("name").unwrap().to::<String>().unwrap(), "list");
    // What nobody wanted did not leave the VM.
    assert!(results.value(global).is_none() && results.data(global).is_none());
    assert_eq!(results.to::<Option<i32>>(global).unwrap(), None);
}

#[test]
fn a_value_is_copied_in_once() {
    let vm = vm();
    let same = eval(&vm, "(a, b) => a === b");
    let mut batch = vm.batch();
    let object = batch.value(Data::of(&[("a", 1)]).unwrap());
    let twice = batch.call(&same, (object, object));
    let text = batch.value("text");
    let texts = batch.call(&same, (text, "text"));
    batch.output(twice);
    batch.output(texts);
    let results = batch.run().unwrap();
    assert!(results.to::<bool>(twice).unwrap());
    assert!(results.to::<bool>(texts).unwrap());
}

#[test]
fn the_first_failure_ends_it_and_nothing_before_is_lost() {
    let vm = vm();
    let log = eval(&vm, "globalThis.log = []");
    let mut batch = vm.batch();
    let first = batch.call_method(&log, "push", ("first",));
    batch.output(first);
    let throws = eval(&vm, "() => { throw new RangeError('no') }");
    let failing = batch.call(&throws, ());
    batch.output(failing);
    batch.call_method(&log, "push", ("never",));
    let error = batch.run().unwrap_err();
    assert_eq!(error.step, failing);
    assert_eq!(error.step.index(), 1);
    assert_eq!(error.results.to::<u32>(first).unwrap(), 1);
    assert_eq!(error.to_string(), "step 1 of the batch: RangeError: no");
    let thrown = exception::<()>(Err(error.into()));
    assert_eq!(thrown.name, "RangeError");
    assert_eq!(eval(&vm, "log.join()").to_text().unwrap(), "first");
}

#[test]
fn a_step_from_nowhere_is_an_error() {
    let vm = vm();
    let mut long = vm.batch();
    for _ in 0..5 {
        long.global();
    }
    let far = long.global();
    let mut batch = vm.batch();
    batch.get(far, "length");
    let error = batch.run().unwrap_err();
    assert_eq!(error.step.index(), 0);
    assert_eq!(exception::<()>(Err(error.into())).name, "RangeError");

    // Nor can a step use itself.
    let mut batch = vm.batch();
    let mut other = vm.batch();
    let first = other.global();
    batch.get(first, "length");
    assert_eq!(
        exception::<()>(batch.run().map(drop).map_err(Error::from)).name,
        "RangeError"
    );
    assert_usable(&vm);
}

#[test]
fn what_is_not_callable_has_no_such_property_or_is_of_another_vm() {
    let (vm, other) = (vm(), vm());
    let number = vm.create_value(5).unwrap();
    let mut batch = vm.batch();
    batch.call(&number, ());
    assert_eq!(
        exception::<()>(batch.run().map(drop).map_err(Error::from)).name,
        "TypeError"
    );

    let mut batch = vm.batch();
    let missing = batch.get(&number, "missing");
    let deeper = batch.get(missing, "deeper");
    let error = batch.run().unwrap_err();
    assert_eq!(error.step, deeper);

    let foreign = eval(&other, "({})");
    let mut batch = vm.batch();
    batch.global();
    batch.get(&foreign, "x");
    let error = batch.run().unwrap_err();
    assert!(matches!(error.error, Error::ForeignValue), "{error}");
    assert_eq!(error.step.index(), 1);
    // Nothing was done: the host found it before the call.
    assert!(error.results.data(error.step).is_none());
}

#[test]
fn what_cannot_be_converted_is_told_when_it_runs() {
    let vm = vm();
    let mut batch = vm.batch();
    let options = Options::default().integers(Integers::Number);
    let wrong = Data::of_with(&[u64::MAX], &options);
    assert!(wrong.is_err());
    batch.set(
        eval(&vm, "({})"),
        "x",
        std::collections::BTreeMap::from([(Bad, 1)]),
    );
    let error = batch.run().unwrap_err();
    assert!(matches!(error.error, Error::Conversion(_)), "{error}");
}

/// Serializes to nothing.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Bad;

impl serde::Serialize for Bad {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("bad"))
    }
}

#[test]
fn a_batch_is_one_call_for_the_limits() {
    let limits = Limits::default().time(Duration::from_millis(50));
    let vm = builder().limits(limits).build().unwrap();
    let forever = eval(&vm, "() => { for (;;); }");
    let mut batch = vm.batch();
    let global = batch.global();
    batch.output(global);
    batch.call(&forever, ());
    let error = batch.run().unwrap_err();
    assert!(
        matches!(error.error, Error::Interrupted(Interrupt::TimeLimit)),
        "{error}"
    );
    assert_eq!(error.step.index(), 1);
    assert!(error.results.value(global).is_some());
    assert_usable(&vm);
}

#[test]
fn proxies_and_accessors_run_in_a_batch() {
    let vm = vm();
    let proxy = eval(
        &vm,
        "new Proxy({}, { get: (_, key) => key === 'then' ? undefined : `got ${key}`,
                         set: () => false })",
    );
    let mut batch = vm.batch();
    let got = batch.get(&proxy, "x");
    batch.output(got);
    let set = batch.set(&proxy, "x", 1);
    let error = batch.run().unwrap_err();
    assert_eq!(error.step, set);
    assert_eq!(error.results.to::<String>(got).unwrap(), "got x");
}

#[test]
fn arguments_of_a_call_are_a_tuple_an_array_or_nothing() {
    let vm = vm();
    let count = eval(&vm, "(...args) => args.length");
    assert_eq!(count.call_to::<u32>(&()).unwrap(), 0);
    assert_eq!(count.call_to::<u32>(&(1, "a")).unwrap(), 2);
    assert_eq!(count.call_to::<u32>(&[1, 2, 3]).unwrap(), 3);
    // As many numbers are bytes on the way.
    assert_eq!(count.call_to::<u32>(&vec![0.5; 100]).unwrap(), 100);
    assert_eq!(count.call_to::<u32>(&Vec::<u8>::new()).unwrap(), 0);
    assert_eq!(count.call_each::<_, u32>(&[(), (), ()]).unwrap(), [0, 0, 0]);
    for wrong in ["text", "5"] {
        let error = exception(count.call_to::<u32>(wrong));
        assert_eq!(
            (&*error.name, &*error.message),
            ("TypeError", "arguments are an array")
        );
    }
    assert_eq!(exception(count.call_to::<u32>(&5)).name, "TypeError");
    assert_eq!(exception(count.call_each::<_, u32>(&[5])).name, "TypeError");
    let nothing = Value::UNDEFINED.call_to::<u32>(&()).unwrap_err();
    assert!(matches!(nothing, Error::Conversion(_)), "{nothing}");
}

#[test]
fn calls_of_each_end_with_the_first_that_throws() {
    let vm = vm();
    let picky = eval(
        &vm,
        "globalThis.calls = 0; n => { calls++; if (n === 3) throw new Error('three'); return { n } }",
    );
    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Found {
        n: i32,
    }
    let found: Vec<Found> = picky.call_each(&[(1,), (2,)]).unwrap();
    assert_eq!(found, [Found { n: 1 }, Found { n: 2 }]);
    let error = exception(picky.call_each::<_, Found>(&[(1,), (3,), (4,)]));
    assert_eq!(error.message, "three");
    assert_eq!(eval(&vm, "calls").to::<u32>().unwrap(), 4);
    assert!(picky.call_each::<(i32,), Found>(&[]).unwrap().is_empty());
}

#[test]
fn an_evaluation_gives_data_at_once() {
    let vm = vm();
    let found: Vec<(String, f64)> = vm.eval_to("Object.entries({ a: 1, b: 2.5 })").unwrap();
    assert_eq!(found, [("a".into(), 1.0), ("b".into(), 2.5)]);
    assert_eq!(
        exception(vm.eval_to::<()>("throw new EvalError('x')")).name,
        "EvalError"
    );
    assert!(matches!(vm.eval_to::<u8>("300"), Err(Error::Conversion(_))));
    let before = vm.heap().usage().unwrap().handles;
    vm.eval_to::<Vec<u8>>("[1, 2, 3]").unwrap();
    assert_eq!(vm.heap().usage().unwrap().handles, before);
}

#[test]
fn data_of_a_step_is_what_there_was_then() {
    let vm = vm();
    let make = eval(&vm, "() => new Uint8Array(100_000).fill(7)");
    let reuse = eval(
        &vm,
        "(array) => {
            array.buffer.transfer();
            globalThis.other = Array.from({ length: 20 }, () => new Uint8Array(100_000).fill(9));
        }",
    );
    let mut batch = vm.batch();
    let array = batch.call(&make, ());
    batch.data(array);
    batch.call(&reuse, (array,));
    let results = batch.run().unwrap();
    assert_eq!(
        results
            .data(array)
            .unwrap()
            .root()
            .unwrap()
            .bytes()
            .unwrap(),
        vec![7; 100_000]
    );
    assert_usable(&vm);
}
