//! Functions of Rust that JavaScript calls, and that call JavaScript functions.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use jsvm::{
    Answer, Arguments, Callback, Data, Engine, EngineConfig, Error, HostError, Interrupt, Limits,
    NativeCache, Token, Vm, VmBuilder,
};
use jsvm_tests::{altered, assert_usable, builder, eval, exception};

/// Calls a function with the arguments that follow it, and returns or throws what it does.
fn apply(Arguments(mut args): Arguments) -> Result<Callback, HostError> {
    if args.is_empty() {
        return Err(HostError::type_error("apply needs a function"));
    }
    let function: Token = args.remove(0).convert()?;
    Ok(Answer::call(&function, args))
}

/// Collects what a function returns for each element.
fn map(function: Token, elements: Vec<Data>) -> Result<Answer, HostError> {
    fn next(
        function: Token,
        mut rest: Vec<Data>,
        mut done: Vec<Data>,
    ) -> Result<Answer, HostError> {
        let Some(element) = rest.pop() else {
            return Answer::value(done);
        };
        let call = Answer::call(&function, (element, done.len() as u32));
        Ok(call.then(move |result| {
            done.push(result?);
            next(function, rest, done)
        }))
    }
    next(function, elements.into_iter().rev().collect(), Vec::new())
}

fn calling() -> VmBuilder {
    builder()
        .calling_function("apply", apply)
        .calling_function("map", map)
        .calling_function("attempt", |function: Token| {
            Answer::call(&function, ()).then(|outcome| match outcome {
                Ok(value) => Answer::value(("returned", value)),
                Err(reason) => Answer::value(("threw", reason.into_data())),
            })
        })
}

#[test]
fn a_function_is_called_and_its_result_comes_back() {
    let vm = calling().build().unwrap();
    for (source, expected) in [
        ("apply(() => 7)", "7"),
        (
            "apply((...args) => args.join('+'), 1, 'two', null, undefined, [3])",
            "1+two+++3",
        ),
        ("apply(() => {}) === undefined", "true"),
        ("apply(() => [1, 2, 3]).length", "3"),
        ("apply(() => []).length", "0"),
        ("apply(() => [[]]).length", "1"),
        (
            "apply(() => new Uint8Array([1, 2])) instanceof Uint8Array",
            "true",
        ),
        ("apply(() => 2n ** 70n) === 2n ** 70n", "true"),
        ("map(x => 2 * x, [1, 2, 3])", "2,4,6"),
        ("map((x, i) => x + i, ['a', 'b'])", "a0,b1"),
        ("map(() => { throw 1 }, [])", ""),
        ("(f => apply(() => f) === f)(() => 1)", "true"),
        ("apply(Math.max, 1, 3, 2)", "3"),
        (
            "apply(function () { 'use strict'; return this === undefined })",
            "true",
        ),
        (
            "[apply.length, apply.name, attempt.length, map.length].join()",
            "0,apply,1,2",
        ),
        ("attempt(() => 5)", "returned,5"),
        ("attempt(() => { throw 'no' })", "threw,no"),
        (
            "attempt(() => { throw new RangeError('far') })[1] instanceof RangeError",
            "true",
        ),
        ("attempt(Promise.resolve())[1] instanceof TypeError", "true"),
        ("attempt(new WeakMap())[1] instanceof TypeError", "true"),
        ("attempt(class {})[1] instanceof TypeError", "true"),
    ] {
        assert_eq!(eval(&vm, source).to_text().unwrap(), expected, "{source}");
    }
}

#[test]
fn this_can_be_passed() {
    let vm = builder()
        .calling_function("on", |this: Data, function: Token| {
            Answer::call(&function, ()).this(this)
        })
        .build()
        .unwrap();
    let source = "on({ x: 4 }, function () { return this.x })";
    assert_eq!(eval(&vm, source).to::<u32>().unwrap(), 4);
}

/// JavaScript, host, JavaScript, host, JavaScript, host, JavaScript.
#[test]
fn calls_nest() {
    let vm = calling().build().unwrap();
    let source = "
        const order = [];
        const traced = (name, next) => () => {
            order.push('in ' + name);
            try { return name + next(); } finally { order.push('out ' + name); }
        };
        const result = apply(traced('a', () =>
            apply(traced('b', () => apply(traced('c', () => '!'))))));
        [result, ...order].join()";
    let order = "abc!,in a,in b,in c,out c,out b,out a";
    assert_eq!(eval(&vm, source).to_text().unwrap(), order);
    // Two host functions, each with a state of its own, in turn.
    let source = "JSON.stringify(map(x => map(y => x * y, [1, 2]), [3, 4]))";
    assert_eq!(eval(&vm, source).to_text().unwrap(), "[[3,6],[4,8]]");
}

#[test]
fn errors_pass_in_both_directions() {
    let vm = calling()
        .calling_function("refuse", |function: Token| {
            Answer::call(&function, ()).then(|outcome| match outcome {
                Ok(_) => Err::<Answer, _>(HostError::range_error("the host refuses")),
                Err(reason) => Err(reason),
            })
        })
        .calling_function("refuse_first", || {
            Err::<Answer, _>(HostError::type_error("at once"))
        })
        .calling_function("panic", |function: Token| {
            Answer::call(&function, ()).then(|_| -> Answer { panic!("oh") })
        })
        .build()
        .unwrap();
    for (source, message) in [
        ("refuse(() => 1)", "RangeError: the host refuses"),
        (
            "refuse(() => { throw new URIError('of the script') })",
            "URIError: of the script",
        ),
        ("refuse_first()", "TypeError: at once"),
        (
            "panic(() => 1)",
            "Error: host function `panic` panicked: oh",
        ),
        ("apply()", "TypeError: apply needs a function"),
        (
            "attempt(1)",
            "TypeError: argument 1: expected a function or another value that is not data, found number 1",
        ),
        // Through two host functions.
        (
            "apply(() => apply(() => { throw new EvalError('deep') }))",
            "EvalError: deep",
        ),
    ] {
        let error = exception(vm.eval(source));
        let text = format!("{}: {}", error.name, error.message);
        assert_eq!(text, message, "{source}");
        assert_usable(&vm);
    }
    // An error keeps its identity, as far as data does: its own properties.
    let source = "try { apply(() => { throw Object.assign(new Error('x'), { code: 7 }) }) }
                  catch (error) { error.code }";
    assert_eq!(eval(&vm, source).to::<u32>().unwrap(), 7);
}

#[test]
fn a_result_that_cannot_be_passed_is_an_error_of_the_call() {
    let vm = calling()
        .limits(Limits::default().output(10_000))
        .build()
        .unwrap();
    for (source, expected) in [
        ("attempt(() => 'x'.repeat(20000))[1].name", "RangeError"),
        (
            "attempt(() => ({ get x() { throw new URIError('no') } }))[1].name",
            "URIError",
        ),
        (
            "attempt(() => { throw 'x'.repeat(20000) })[1].name",
            "RangeError",
        ),
        // Neither what was thrown nor why it cannot be passed crosses.
        (
            "attempt(() => { throw { get x() { throw { get y() { throw 1 } } } } })[1] === undefined",
            "true",
        ),
        (
            "try { apply(() => 1, 'x'.repeat(20000)) } catch (error) { error.name }",
            "RangeError",
        ),
    ] {
        assert_eq!(eval(&vm, source).to_text().unwrap(), expected, "{source}");
    }
    assert_eq!(eval(&vm, "apply(() => 3)").to::<u32>().unwrap(), 3);
}

#[test]
fn recursion_without_end_is_an_error_of_the_script() {
    let vm = calling().build().unwrap();
    let source = "let depth = 0; const down = () => { depth++; return apply(down) };
                  try { down() } catch (error) { [error.name, depth > 500].join() }";
    for _ in 0..3 {
        let source = format!("{{ {source} }}");
        assert_eq!(eval(&vm, &source).to_text().unwrap(), "RangeError,true");
    }
    assert_usable(&vm);
}

/// Counts how many of it are there.
struct Counted(Arc<AtomicU32>);

impl Counted {
    fn new(count: &Arc<AtomicU32>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Counted(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn limits_stop_calls_and_drop_what_waits() {
    let waiting = Arc::new(AtomicU32::new(0));
    let asked = Arc::new(AtomicU32::new(0));
    let limits = Limits::default()
        .time(Duration::from_millis(50))
        .memory(8 << 20);
    let vm = builder()
        .limits(limits)
        .calling_function("apply", {
            let (waiting, asked) = (waiting.clone(), asked.clone());
            move |function: Token| {
                let counted = Counted::new(&waiting);
                let asked = asked.clone();
                Answer::call(&function, ()).then(move |outcome| {
                    asked.fetch_add(1, Ordering::Relaxed);
                    drop(counted);
                    Answer::value(outcome?)
                })
            }
        })
        .calling_function("forever", |function: Token| {
            fn again(function: Token) -> Answer {
                Answer::call(&function.clone(), (-1,)).then(move |_| again(function))
            }
            again(function)
        })
        .build()
        .unwrap();
    for source in [
        "apply(() => { for (;;); })",
        "apply(() => apply(() => { for (;;); }))",
        // A script that discards what stops it.
        "apply(() => { try { for (;;); } finally { return 1 } })",
        "forever(() => 1)",
        "forever(Math.abs)",
        "forever(new WeakMap())",
    ] {
        let error = vm.eval(source).unwrap_err();
        assert!(
            matches!(error, Error::Interrupted(Interrupt::TimeLimit)),
            "{source}: {error}"
        );
        assert_eq!(waiting.load(Ordering::Relaxed), 0, "{source}");
        assert_usable(&vm);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    let source = "apply(() => { const all = []; for (;;) all.push(new Array(1000).fill(0)) })";
    let error = vm.eval(source).unwrap_err();
    assert!(
        matches!(error, Error::Limit(_) | Error::Interrupted(_)),
        "{error}"
    );
    assert_eq!(waiting.load(Ordering::Relaxed), 0);
    assert_usable(&vm);
    assert_eq!(eval(&vm, "apply(() => 2)").to::<u32>().unwrap(), 2);
}

/// The VM is in the middle of a script both while the host function runs and while the JavaScript
/// function does.
#[test]
fn the_vm_cannot_be_used_or_frozen_in_the_middle() {
    let own: Arc<OnceLock<Vm>> = Arc::default();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let look = {
        let (own, seen) = (own.clone(), seen.clone());
        move || {
            let vm = own.get().unwrap();
            let mut seen = seen.lock().unwrap();
            for error in [vm.snapshot().err(), vm.eval("1").err()] {
                assert!(matches!(error, Some(Error::Busy)), "{error:?}");
                seen.push(error.unwrap().to_string());
            }
        }
    };
    let vm = builder()
        .function("look", look.clone())
        .calling_function("apply", move |function: Token| {
            look();
            let look = look.clone();
            Answer::call(&function, ()).then(move |outcome| {
                look();
                outcome.and_then(Answer::value)
            })
        })
        .build()
        .unwrap();
    let _ = own.set(vm.clone());
    eval(&vm, "apply(() => look())");
    assert_eq!(seen.lock().unwrap().len(), 6);
    vm.snapshot().unwrap();
}

/// A snapshot has the function, and no trace of calls that ended.
#[test]
fn a_restored_vm_needs_the_closure() {
    let vm = calling().seed(1).build().unwrap();
    eval(&vm, "var f = apply");
    let snapshot = vm.snapshot().unwrap();
    let restored = builder()
        .calling_handler("apply", apply)
        .restore(&snapshot)
        .unwrap();
    assert_eq!(
        eval(&restored, "f(() => apply(() => 6))")
            .to::<u32>()
            .unwrap(),
        6
    );
    let restored = builder().restore(&snapshot).unwrap();
    assert_eq!(
        exception(restored.eval("f(() => 1)")).message,
        "there is no host function `apply`"
    );
}

#[test]
fn handlers_come_and_go() {
    let vm = builder().build().unwrap();
    let function = vm.create_calling_function("run", 3).unwrap();
    assert_eq!(function.get("length").unwrap().to::<u32>().unwrap(), 3);
    let one = eval(&vm, "() => 1");
    assert!(function.call((&one,)).is_err());
    vm.add_calling_handler("run", apply).unwrap();
    assert_eq!(function.call((&one,)).unwrap().to::<u32>().unwrap(), 1);
    assert!(vm.remove_handler("run").unwrap());
    assert!(!vm.remove_handler("run").unwrap());
    assert!(function.call((&one,)).is_err());
    // The handler of a name is the last one, whichever kind it is of.
    vm.add_calling_handler("run", apply).unwrap();
    vm.add_handler("run", || 5).unwrap();
    let plain = vm.create_host_function("run", 0).unwrap();
    assert_eq!(plain.call(()).unwrap().to::<u32>().unwrap(), 5);
    vm.add_calling_handler("run", apply).unwrap();
    assert_eq!(function.call((&one,)).unwrap().to::<u32>().unwrap(), 1);
}

#[test]
fn mistakes_of_the_embedder_are_errors_of_the_script() {
    let other = builder().build().unwrap();
    let foreign = other.create_token(&eval(&other, "() => 1")).unwrap();
    let handle: Arc<OnceLock<jsvm::Value>> = Arc::default();
    let vm = calling()
        .handler("plain", || 1)
        .calling_function("foreign", move || Answer::call(&foreign, ()))
        .calling_function("handle", {
            let handle = handle.clone();
            move |function: Token| Answer::call(&function, (handle.get().unwrap(),))
        })
        .build()
        .unwrap();
    let _ = handle.set(eval(&vm, "({})"));
    let message = exception(vm.eval("foreign()")).message;
    assert_eq!(
        message,
        "host function `foreign` returned a token of another VM"
    );
    let message = exception(vm.eval("handle(() => 1)")).message;
    assert!(message.contains("pass a token"), "{message}");
    // A function of the other kind.
    let wrong = vm.create_host_function("apply", 1).unwrap();
    for args in [
        "()",
        "(() => 1)",
        "(0, 1)",
        "(7, true, 1)",
        "(-1, undefined)",
        "('x')",
    ] {
        vm.global().unwrap().set("wrong", &wrong).unwrap();
        let message = exception(vm.eval(&*format!("wrong{args}"))).message;
        assert!(
            message.contains("create_calling_function"),
            "{args}: {message}"
        );
    }
    assert_eq!(eval(&vm, "apply(() => 3)").to::<u32>().unwrap(), 3);
}

/// The interface as another embedder uses it: answers in the data form.
#[test]
fn answers_that_are_malformed_are_errors_of_the_script() {
    let answer: Arc<Mutex<Option<Data>>> = Arc::default();
    let vm = builder()
        .handler("raw", {
            let answer = answer.clone();
            move |_: Arguments| answer.lock().unwrap().clone()
        })
        .build()
        .unwrap();
    let raw = vm.create_calling_function("raw", 0).unwrap();
    let call = |script: &str| {
        *answer.lock().unwrap() = Some(eval(&vm, script).to_data().unwrap());
        raw.call(())
    };
    for script in ["[]", "[, 1]", "[() => 1, , 2]"] {
        let message = exception(call(script)).message;
        assert!(
            message.contains("empty or has holes"),
            "{script}: {message}"
        );
    }
    for (script, text) in [
        ("[5]", "5"),
        ("7", "7"),
        ("({ a: 1 }).a", "1"),
        ("[[5]]", "5"),
    ] {
        assert_eq!(call(script).unwrap().to_text().unwrap(), text, "{script}");
    }
}

/// An engine without the interface does all else.
#[test]
fn an_older_engine_lacks_the_function() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("engines");
    let config = EngineConfig::new()
        .max_vms(2)
        .native_cache(NativeCache::open(cache).unwrap());
    let engine = config
        .build_from_component(&altered::without_interface("callbacks"))
        .unwrap();
    assert_ne!(engine.id(), Engine::global().unwrap().id());
    let vm = engine.vm().function("plain", || 1).build().unwrap();
    assert_eq!(eval(&vm, "plain()").to::<u32>().unwrap(), 1);
    let error = vm.create_calling_function("x", 0).unwrap_err();
    assert!(matches!(error, Error::MissingFunction(_)), "{error}");
    let error = engine
        .vm()
        .calling_function("apply", apply)
        .build()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("callbacks.create-calling-function"),
        "{error}"
    );
    assert_usable(&vm);
}
