//! Iterating from outside.

use jsvm::{Error, Interrupt, Limit, Limits, Value};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

fn numbers(values: impl IntoIterator<Item = Result<Value, Error>>) -> Vec<i32> {
    let numbers = values.into_iter().map(|value| value?.to::<i32>());
    numbers.collect::<Result<_, _>>().unwrap()
}

#[test]
fn everything_iterable_is_iterated() {
    let vm = vm();
    for (source, expected) in [
        ("[1, 2, 3]", "1,2,3"),
        ("[1, , 3]", "1,,3"),
        ("new Set(['a', 'b'])", "a,b"),
        ("new Map([[1, 2], [3, 4]])", "1,2,3,4"),
        ("'añ😀'", "a,ñ,😀"),
        ("new Uint16Array([7, 8])", "7,8"),
        ("(function () { return arguments })('x', 'y')", "x,y"),
        ("(function* () { yield 1; yield* [2, 3] })()", "1,2,3"),
        ("'a1b2'.matchAll(/[0-9]/g)", "1,2"),
        ("({ *[Symbol.iterator]() { yield 'own' } })", "own"),
        ("new Proxy([5, 6], {})", "5,6"),
        ("[]", ""),
    ] {
        let value = eval(&vm, source);
        for chunk in [1, 2, 64] {
            let values = value.iterate().unwrap().chunk(chunk);
            let texts = values.map(|value| {
                let value = value.unwrap();
                match value.is_undefined() {
                    true => String::new(),
                    false => value.to_text().unwrap(),
                }
            });
            // A generator can be iterated once.
            let texts: Vec<_> = texts.collect();
            assert_eq!(texts.join(","), expected, "{source}");
            if source.contains("function*") || source.contains("matchAll") {
                break;
            }
        }
    }
}

#[test]
fn more_than_a_chunk_arrives_in_order() {
    let vm = vm();
    let many = eval(&vm, "Array.from({ length: 1000 }, (_, i) => i)");
    let expected: Vec<_> = (0..1000).collect();
    assert_eq!(numbers(many.iterate().unwrap()), expected);
    assert_eq!(numbers(many.iterate().unwrap().chunk(7)), expected);
    assert_eq!(numbers(many.iterate().unwrap().chunk(0)), expected);
    assert_eq!(many.to_vec(2000).unwrap().len(), 1000);
}

#[test]
fn values_are_fetched_as_they_are_needed() {
    let vm = vm();
    let source = eval(
        &vm,
        "var asked = 0, ended = 0;
         ({ [Symbol.iterator]() { return {
             next() { return { value: ++asked, done: false } },
             return() { ended++; return {} },
         } } })",
    );
    let asked = || eval(&vm, "asked").to::<i32>().unwrap();
    let mut values = source.iterate().unwrap().chunk(1);
    assert_eq!(asked(), 0);
    assert_eq!(numbers(values.by_ref().take(3)), [1, 2, 3]);
    assert_eq!(asked(), 3);
    assert_eq!(eval(&vm, "ended").to::<i32>().unwrap(), 0);
    values.end().unwrap();
    assert_eq!(eval(&vm, "ended").to::<i32>().unwrap(), 1);

    // A list of something that never ends is as long as the limit.
    assert_eq!(source.to_vec(5).unwrap().len(), 5);
    assert_eq!(asked(), 8);
    assert_eq!(eval(&vm, "ended").to::<i32>().unwrap(), 2);
    assert_eq!(source.to_vec(0).unwrap().len(), 0);
}

#[test]
fn a_generator_is_ended_where_it_waits() {
    let vm = vm();
    let generator = eval(
        &vm,
        "var log = [];
         (function* () { try { yield 1; yield 2 } finally { log.push('closed') } })()",
    );
    let mut values = generator.iterate().unwrap().chunk(1);
    assert_eq!(numbers(values.by_ref().take(1)), [1]);
    values.end().unwrap();
    assert_eq!(eval(&vm, "log.join()").to::<String>().unwrap(), "closed");
    // One that is done is not ended again.
    let generator = eval(
        &vm,
        "(function* () { try { yield 1 } finally { log.push('done') } })()",
    );
    let mut values = generator.iterate().unwrap();
    assert_eq!(numbers(values.by_ref()), [1]);
    values.end().unwrap();
    assert_eq!(
        eval(&vm, "log.join()").to::<String>().unwrap(),
        "closed,done"
    );
}

#[test]
fn what_an_iterator_throws_comes_after_its_values() {
    let vm = vm();
    let generator = eval(
        &vm,
        "(function* () { yield 1; yield 2; throw new RangeError('enough') })()",
    );
    let mut values = generator.iterate().unwrap();
    assert_eq!(values.next().unwrap().unwrap().to::<i32>().unwrap(), 1);
    assert_eq!(values.next().unwrap().unwrap().to::<i32>().unwrap(), 2);
    assert_eq!(exception(values.next().unwrap()).message, "enough");
    assert!(values.next().is_none());
    assert!(values.next().is_none());
    values.end().unwrap();

    let generator = eval(&vm, "(function* () { yield 1; throw 'any value' })()");
    assert_eq!(exception(generator.to_vec(10)).message, "any value");
}

#[test]
fn what_is_not_iterable_says_so() {
    let vm = vm();
    for source in [
        "({})",
        "() => 1",
        "Symbol()",
        "({ [Symbol.iterator]: 1 })",
        "10n",
    ] {
        let error = exception(eval(&vm, source).iterate());
        assert_eq!(
            (&*error.name, &*error.message),
            ("TypeError", "the value is not iterable"),
            "{source}"
        );
    }
    for value in [Value::UNDEFINED, Value::NULL, Value::from(1.0)] {
        assert!(matches!(value.iterate(), Err(Error::Conversion(_))));
    }
}

#[test]
fn hostile_iterators_are_told_off() {
    let vm = vm();
    let begins = [
        "({ [Symbol.iterator]() { throw new Error('begin') } })",
        "({ get [Symbol.iterator]() { throw new Error('begin') } })",
        "({ [Symbol.iterator]: () => ({ get next() { throw new Error('begin') } }) })",
    ];
    for source in begins {
        assert_eq!(exception(eval(&vm, source).iterate()).message, "begin");
    }
    let none = eval(&vm, "({ [Symbol.iterator]: () => 1 })");
    assert_eq!(exception(none.iterate()).name, "TypeError");
    for (source, expected) in [
        ("({ [Symbol.iterator]: () => ({}) })", "not a function"),
        (
            "({ [Symbol.iterator]: () => ({ next: () => 1 }) })",
            "the iterator's result is not an object",
        ),
        (
            "({ [Symbol.iterator]: () => ({ next: () => ({ get done() { throw Error('x') } }) }) })",
            "x",
        ),
        (
            "({ [Symbol.iterator]: () => ({ next: () => ({ get value() { throw Error('y') } }) }) })",
            "y",
        ),
    ] {
        let error = exception(eval(&vm, source).to_vec(3));
        assert_eq!(error.message, expected, "{source}");
    }
    let closing = eval(
        &vm,
        "({ [Symbol.iterator]: () => ({ next: () => ({}), return: () => { throw Error('z') } }) })",
    );
    assert_eq!(exception(closing.to_vec(1)).message, "z");
    let closing = eval(
        &vm,
        "({ [Symbol.iterator]: () => ({ next: () => ({}), return: () => 1 }) })",
    );
    assert_eq!(exception(closing.to_vec(1)).name, "TypeError");
    assert_usable(&vm);
}

#[test]
fn limits_hold_inside() {
    let limits = Limits::default()
        .time(std::time::Duration::from_millis(30))
        .memory(4 << 20);
    let vm = builder().limits(limits).build().unwrap();
    let slow = eval(&vm, "(function* () { yield 1; for (;;); })()");
    let mut values = slow.iterate().unwrap();
    assert_eq!(values.next().unwrap().unwrap().to::<i32>().unwrap(), 1);
    let late = values.next().unwrap().unwrap_err();
    assert!(
        matches!(late, Error::Interrupted(Interrupt::TimeLimit)),
        "{late}"
    );
    assert!(values.next().is_none());
    let hungry = eval(
        &vm,
        "(function* () { for (let s = 'x'.repeat(1000); ; s += s) yield s.split('') })()",
    );
    let full = hungry.to_vec(100).unwrap_err();
    assert!(matches!(full, Error::Limit(Limit::Memory)), "{full}");
    assert_usable(&vm);
}

#[test]
fn scripts_cannot_replace_what_iterates() {
    let vm = vm();
    // The well-known symbol is the real one, whatever `Symbol` says.
    eval(&vm, "globalThis.Symbol = { iterator: 'fooled' }");
    assert_eq!(numbers(eval(&vm, "[1, 2]").iterate().unwrap()), [1, 2]);
    // What an iterable is, is the script's business.
    eval(&vm, "Array.prototype[[][Symbol.iterator]] = 1");
    assert_eq!(numbers(eval(&vm, "[3]").iterate().unwrap()), [3]);
}
