//! Functions that wait, and their variables.

use std::path::Path;

use jsvm::{
    BytecodeParts, Engine, EngineConfig, Error, Frame, FrameKind, HostError, Import, Limits,
    Module, ModuleLoader, NativeCache, Source, SuspendedFrames, Suspension, VariableOrigin, Vm,
};
use jsvm_tests::{altered, assert_usable, builder, eval};

/// A VM with a promise that never settles. A function that waits for one which nothing else refers to is
/// freed at once.
fn vm() -> Vm {
    with_never(builder().build().unwrap())
}

fn with_never(vm: Vm) -> Vm {
    eval(&vm, "var never = new Promise(() => {})");
    vm
}

fn frames(vm: &Vm) -> SuspendedFrames {
    vm.suspended_frames(1000).unwrap()
}

/// The frame of a function.
#[track_caller]
fn frame<'a>(list: &'a SuspendedFrames, function: &str) -> &'a Frame {
    let mut found = list
        .frames
        .iter()
        .filter(|frame| frame.function_name == function);
    let frame = found
        .next()
        .unwrap_or_else(|| panic!("no frame of {function}: {list:?}"));
    assert!(found.next().is_none(), "two frames of {function}");
    frame
}

/// The variables of a frame: `name=value`.
fn variables(frame: &Frame) -> String {
    let shown = frame.variables.iter().map(|variable| {
        let value = match &variable.value {
            Some(value) => value.to_text().unwrap_or_else(|_| "?".to_owned()),
            None => "<uninitialized>".to_owned(),
        };
        format!("{}={value}", variable.name)
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// Evaluates a script, and returns the variables of the function `f` that waits then.
#[track_caller]
fn variables_of_f(script: &str) -> String {
    let vm = vm();
    eval(&vm, script);
    vm.run_jobs().unwrap();
    variables(frame(&frames(&vm), "f"))
}

#[test]
fn a_vm_at_rest_has_no_frames() {
    let vm = vm();
    eval(
        &vm,
        "async function f() {} f(); function* g() { yield 1 } [...g()]",
    );
    vm.run_jobs().unwrap();
    let list = frames(&vm);
    assert_eq!((list.total, list.frames.len()), (0, 0));
}

#[test]
fn nested_async_functions_have_positions_variables_and_callers() {
    let vm = vm();
    let text = "async function outer(a) {
    const b = a + 1;
    return await inner(b, 'x');
}
async function inner(c, text) {
    let later = 7;
    await never;
    later = c;
}
outer(1)";
    vm.eval(Source::script(text).file_name("order.js")).unwrap();
    let list = frames(&vm);
    assert_eq!(list.total, 2);
    let (outer, inner) = (frame(&list, "outer"), frame(&list, "inner"));
    for (frame, line, column) in [(outer, 3, 12), (inner, 7, 5)] {
        assert_eq!(frame.kind, FrameKind::AsyncFunction);
        assert_eq!(frame.suspension, Suspension::Await);
        let place = &frame.location;
        assert_eq!(
            (&*place.file, place.line, place.column),
            ("order.js", line, column)
        );
    }
    assert_eq!(variables(outer), "a=1 b=2");
    assert_eq!(variables(inner), "c=2 text=x later=7");
    let caller = inner
        .caller
        .map(|caller| &*list.frames[caller].function_name);
    assert_eq!(caller, Some("outer"));
    assert_eq!(outer.caller, None);
    let origins: Vec<_> = inner
        .variables
        .iter()
        .map(|variable| variable.origin)
        .collect();
    let (argument, local) = (VariableOrigin::Argument, VariableOrigin::Local);
    assert_eq!(origins, [argument, argument, local]);
}

#[test]
fn generators_wait_before_they_begin_and_at_a_yield() {
    let vm = vm();
    eval(
        &vm,
        "function* count(from) { let i = from; for (;;) yield i++ }
         var fresh = count(1); var begun = count(5); begun.next(); begun.next();
         async function* chunks(size) { yield size; await never }
         var idle = chunks(10); var reading = chunks(20); var stuck = chunks(30);
         reading.next(); stuck.next().then(() => stuck.next())",
    );
    vm.run_jobs().unwrap();
    let list = frames(&vm);
    let mut seen: Vec<_> = list
        .frames
        .iter()
        .map(|frame| {
            format!(
                "{:?} {:?} {}",
                frame.kind,
                frame.suspension,
                variables(frame)
            )
        })
        .collect();
    seen.sort();
    assert_eq!(
        seen,
        [
            "AsyncGenerator Await size=30",
            "AsyncGenerator Start size=10",
            "AsyncGenerator Yield size=20",
            "Generator Start from=1",
            "Generator Yield from=5 i=7",
        ]
    );
}

#[test]
fn for_await_waits_for_its_iterator() {
    let vm = vm();
    eval(
        &vm,
        "async function* source(n) { for (let i = 0; i < n; i++) yield i; await never }
         async function reader() { let sum = 0; for await (const part of source(4)) { sum += part } }
         reader()",
    );
    vm.run_jobs().unwrap();
    let list = frames(&vm);
    let (reader, source) = (frame(&list, "reader"), frame(&list, "source"));
    assert!(
        variables(reader).starts_with("sum=6"),
        "{}",
        variables(reader)
    );
    assert_eq!(variables(source), "n=4");
    assert_eq!(source.suspension, Suspension::Await);
    assert_eq!(list.frames[source.caller.unwrap()].function_name, "reader");
}

#[test]
fn a_function_waits_through_promise_all() {
    let vm = vm();
    eval(
        &vm,
        "async function both() { await Promise.all([one(), 2]) }
         async function one() { await never }
         both()",
    );
    let list = frames(&vm);
    let caller = frame(&list, "one").caller.unwrap();
    assert_eq!(list.frames[caller].function_name, "both");
}

/// What a closure captures exists for it, with the value of now. What it does not use does not.
#[test]
fn captured_variables_are_listed_and_others_are_not() {
    let vm = vm();
    eval(
        &vm,
        "var change = (() => {
            let used = 1, unused = 2;
            const f = async parameter => { await never; return used + parameter };
            f(3);
            return () => used = 9;
        })()",
    );
    let shown = |vm: &Vm| {
        let list = frames(vm);
        let frame = frame(&list, "f");
        let last = frame.variables.last().unwrap();
        assert_eq!(last.origin, VariableOrigin::Captured);
        variables(frame)
    };
    assert_eq!(shown(&vm), "parameter=3 used=1");
    eval(&vm, "change()");
    assert_eq!(shown(&vm), "parameter=3 used=9");
}

/// Locals that other functions capture are live, too.
#[test]
fn captured_locals_have_the_value_of_now() {
    let vm = vm();
    eval(
        &vm,
        "var set;
         (async function f(a) { let b = 1; set = () => { a = 5; b = 6 }; await never })(0)",
    );
    assert_eq!(variables(frame(&frames(&vm), "f")), "a=0 b=1");
    eval(&vm, "set()");
    assert_eq!(variables(frame(&frames(&vm), "f")), "a=5 b=6");
}

#[test]
fn variables_exist_from_the_beginning_of_their_block_to_its_end() {
    const WAIT: &str = "await never";
    for (body, expected) in [
        ("{ let a = 1 } WAIT; { let b = 2 }", ""),
        ("{ let a = 1; WAIT; { let b = 2 } }", "a=1"),
        ("{ let a = 1; { let b = 2 } WAIT; }", "a=1"),
        ("{ let a = 1; { let a = 2; WAIT; } }", "a=1 a=2"),
        ("{ const a = 1;\n }\n WAIT;\n { const b = 2 }", ""),
        (
            "for (let i = 0; i < 3; i++) { let j = 2 * i; if (i == 1) WAIT; }",
            "i=1 j=2",
        ),
        (
            "for (let i = 0; i < 3; i++) ; WAIT; let z = 1",
            "z=<uninitialized>",
        ),
        ("for (const x of [7, 8]) { WAIT }", "x=7"),
        (
            "for (const x of [7, 8]) { } WAIT; for (const y of [9]) {}",
            "",
        ),
        ("try { throw 4 } catch (e) { WAIT }", "e=4"),
        ("try { throw 4 } catch (e) { } WAIT", ""),
        ("WAIT; try { } catch (e) { }", ""),
        (
            "WAIT; let a = 1; const b = 2",
            "a=<uninitialized> b=<uninitialized>",
        ),
        ("switch (1) { case 1: let s = 3; WAIT }", "s=3"),
        ("switch (1) { case 1: let s = 3 } WAIT", ""),
        (
            "{ function g() {} WAIT } var v",
            "g=function g() {} g=function g() {} v=undefined",
        ),
        ("if (true) { let a = 1; var v = 2 } WAIT", "v=2"),
        (
            "let [a, { b, ...c }] = [1, { b: 2 }]; WAIT",
            "a=1 b=2 c=[object Object]",
        ),
        ("class C { #p = 1 } WAIT", "C=class C { #p = 1 }"),
    ] {
        let script = format!(
            "async function f() {{ {} }} f()",
            body.replace("WAIT", WAIT)
        );
        assert_eq!(variables_of_f(&script), expected, "{body}");
    }
}

#[test]
fn the_engines_own_variables_are_not_listed() {
    let shown = variables_of_f(
        "async function f(a, ...rest) { with ({ w: 1 }) { await never; }
           arguments.length; new.target; }
         f(1, 2, 3)",
    );
    assert!(shown.starts_with("a=1 rest=2,3"), "{shown}");
    assert!(!shown.contains('<'), "{shown}");
}

/// Every module is this one.
struct Helper;

impl ModuleLoader for Helper {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        Ok(import.specifier.to_owned())
    }

    fn load(&self, _: &str) -> Result<Module, HostError> {
        Ok(Module::es(
            "const shared = 3; const other = 4;
             export async function helper(x) { await never; shared }",
        ))
    }
}

#[test]
fn modules_that_wait_have_their_variables() {
    let vm = with_never(builder().modules(Helper).build().unwrap());
    let text = "import { helper } from 'helper';\nconst top = 5;\nawait helper(top);";
    vm.eval(Source::module(text).file_name("main.js")).unwrap();
    vm.run_jobs().unwrap();
    let list = frames(&vm);
    let main = list
        .frames
        .iter()
        .find(|frame| frame.location.file == "main.js")
        .unwrap();
    assert_eq!((main.location.line, main.location.column), (3, 1));
    assert!(variables(main).contains("top=5"), "{}", variables(main));
    assert_eq!(variables(frame(&list, "helper")), "x=5 shared=3");
}

#[test]
fn a_restored_vm_has_the_same_frames() {
    let vm = vm();
    eval(
        &vm,
        "async function f(a) { const b = { c: [a] }; await never } f('it')",
    );
    let restored = Engine::global()
        .unwrap()
        .restore(&vm.snapshot().unwrap())
        .unwrap();
    for vm in [&vm, &restored] {
        let list = frames(vm);
        assert_eq!(variables(frame(&list, "f")), "a=it b=[object Object]");
        let b = frame(&list, "f").variables[1].value.clone().unwrap();
        assert_eq!(b.get("c").unwrap().to::<Vec<String>>().unwrap(), ["it"]);
    }
}

#[test]
fn the_list_is_limited_and_the_total_is_not() {
    let vm = vm();
    eval(
        &vm,
        "async function f(n) { await (n ? f(n - 1) : never) } f(5000)",
    );
    let list = vm.suspended_frames(10).unwrap();
    assert_eq!((list.total, list.frames.len()), (5001, 10));
    assert_eq!(vm.suspended_frames(0).unwrap().frames.len(), 0);
    assert_eq!(vm.suspended_frames(usize::MAX).unwrap().frames.len(), 5001);
    let callers = frames(&vm)
        .frames
        .iter()
        .filter(|frame| frame.caller.is_some())
        .count();
    assert!(callers >= 998, "{callers}");
    assert_usable(&vm);
}

/// Functions with names that are no strings, accessors or gone; no JavaScript runs.
#[test]
fn strange_functions_run_nothing() {
    let vm = vm();
    eval(
        &vm,
        "var ran = 0;
         const wait = () => never;
         const named = value => { const f = async function () { await wait() };
             Object.defineProperty(f, 'name', value); f() };
         named({ value: 5 }); named({ get() { ran++; return 'x' } }); named({ value: Symbol('s') });
         named({ value: 'n'.repeat(10000) + 'é' });
         (async ({ get }, x = wait) => { await x() })({ get get() { return 1 } });",
    );
    let list = frames(&vm);
    assert_eq!(list.total, 5);
    let lengths: Vec<_> = list
        .frames
        .iter()
        .map(|frame| frame.function_name.len())
        .collect();
    assert_eq!(
        lengths.iter().filter(|len| **len == 0).count(),
        4,
        "{lengths:?}"
    );
    assert!(lengths.contains(&10002));
    assert_eq!(eval(&vm, "ran").to::<u32>().unwrap(), 0);
}

/// Frames of bytecode have their names; only the ends of blocks are not known.
#[test]
fn frames_of_bytecode_have_variables() {
    let vm = vm();
    let text = "async function f(a) { let b = 2; await never } f(1)";
    let bytecode = vm.compile_to_bytecode(text, BytecodeParts::all()).unwrap();
    let other = self::vm();
    other.load_bytecode(&bytecode).unwrap().call(()).unwrap();
    let list = frames(&other);
    assert_eq!(list.total, 1);
}

#[test]
fn a_vm_without_much_memory_stays_usable() {
    let limits = Limits::default().memory(2 << 20);
    let vm = with_never(builder().limits(limits).build().unwrap());
    let filled = vm.eval(
        "async function f(n) { const text = 'x'.repeat(100) + n; await never }
         for (let i = 0; i < 1e6; i++) f(i)",
    );
    assert!(matches!(filled, Err(Error::Limit(_))), "{filled:?}");
    let list = frames(&vm);
    assert!(list.total > 1000, "{}", list.total);
    assert_usable(&vm);
}

/// An engine without the interface does all else.
#[test]
fn an_older_engine_lacks_the_function() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("engines");
    let config = EngineConfig::new()
        .max_vms(2)
        .native_cache(NativeCache::open(cache).unwrap());
    let engine = config
        .build_from_component(&altered::without_interface("frames"))
        .unwrap();
    let vm = engine.vm().build().unwrap();
    let error = vm.suspended_frames(10).unwrap_err();
    assert!(
        error.to_string().contains("frames.get-suspended-frames"),
        "{error}"
    );
    assert_usable(&vm);
}
