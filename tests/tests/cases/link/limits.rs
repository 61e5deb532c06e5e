//! The limits of linked components: their memory, the values of calls, compiling, and time.

use std::fmt::Write;
use std::time::{Duration, Instant};

use jsvm::{Error, Interrupt, Limits, Vm};
use jsvm_link::{CompileLimits, LinkError, LinkExt, LinkRights};
use jsvm_tests::cases::folder;
use libtest_mimic::Trial;

use super::{engine, linker, module, result};

pub fn trials() -> Vec<Trial> {
    trials![
        tables_and_memories_have_one_limit,
        many_tables_do_not_start,
        many_instances_do_not_start,
        arguments_are_limited_by_the_heap,
        the_limit_of_values_can_be_set,
        shared_arguments_count_each_time,
        results_are_limited,
        a_list_with_large_holes_is_no_list,
        code_that_is_costly_to_compile_is_refused,
        a_component_of_too_many_instances_is_refused,
        calls_after_the_time_limit_do_not_begin,
    ]
}

const MIB: u64 = 1 << 20;

/// A VM with the component of `limits.wat`.
fn vm(rights: LinkRights, limits: Limits) -> Vm {
    let bytes = wat::parse_file(folder("link").join("limits.wat")).unwrap();
    let component = linker().compile("limits", bytes).unwrap();
    let component = component.rights(rights).unwrap();
    engine()
        .vm()
        .limits(limits)
        .link(&component)
        .build()
        .unwrap()
}

fn text(vm: &Vm, expression: &str) -> String {
    let text = format!(
        "import * as limits from 'limits';
        const tried = (work) => {{
            try {{ return work() }} catch (error) {{ return `${{error.name}}: ${{error.message}}` }}
        }};
        export const result = String(tried(() => ({expression})));"
    );
    result(vm, &text).unwrap()
}

fn tables_and_memories_have_one_limit() {
    let vm = vm(LinkRights::new().memory(16 * MIB), Limits::default());
    // 8 MiB of 16 are taken by a table, so that 12 MiB of zeros have no place.
    assert_eq!(text(&vm, "limits.growTable(1 << 20)"), "1");
    assert_eq!(text(&vm, "limits.growTable(1 << 20)"), "-1");
    let refused = text(&vm, "limits.zeros(6 << 20)");
    assert!(refused.contains("memory limit of 16 MiB"), "{refused}");
}

/// What a component with this core module says when a script first calls it.
fn started(module: &str, count: usize, memory: u64) -> String {
    let mut text = format!("(component (core module $m {module})");
    for index in 0..count {
        _ = write!(text, "(core instance $i{index} (instantiate $m))");
    }
    text.push_str("(func (export \"f\") (canon lift (core func $i0 \"f\"))))");
    let component = linker().compile("many", wat::parse_str(&text).unwrap());
    let rights = LinkRights::new().memory(memory);
    let component = component.unwrap().rights(rights).unwrap();
    let vm = engine().vm().link(&component).build().unwrap();
    let text = "import { f } from 'many'; let text = 'done';
        try { f() } catch (error) { text = error.message }
        export const result = text;";
    result(&vm, text).unwrap()
}

fn many_tables_do_not_start() {
    let module = "(table 10000000 funcref) (func (export \"f\"))";
    let refused = started(module, 90, 64 * MIB);
    assert!(refused.contains("memory limit of 64 MiB"), "{refused}");
    assert_eq!(started(module, 2, 256 * MIB), "done");
}

fn many_instances_do_not_start() {
    let module = format!("(func (export \"f\")) {}", "(func)".repeat(1000));
    let refused = started(&module, 900, 16 * MIB);
    assert!(refused.contains("memory limit of 16 MiB"), "{refused}");
    assert_eq!(started(&module, 900, 256 * MIB), "done");
}

fn small_heap() -> Limits {
    Limits::default().memory(32 * MIB)
}

fn arguments_are_limited_by_the_heap() {
    let vm = vm(LinkRights::new(), small_heap());
    let count = |flags: &str| text(&vm, &format!("limits.countFlags({flags})"));
    assert_eq!(count("new Array(500_000).fill(true)"), "500000");
    let refused = count("new Array(2_000_000).fill(true)");
    assert!(refused.starts_with("TypeError: "), "{refused}");
    assert!(refused.contains("32 MiB in the host"), "{refused}");
    // Nodes for messages are counted, too.
    let refused = count("new Array(1_000_000).fill(1)");
    assert!(refused.contains("32 MiB in the host"), "{refused}");
    assert_eq!(
        count("[true, 1]"),
        "TypeError: argument 1 (flags): [1]: expected a boolean, found number 1"
    );
    let named = |numbers: &str| text(&vm, &format!("limits.countNamed('x', {numbers})"));
    assert_eq!(named("new Uint8Array(500_000)"), "500000");
    assert_eq!(named("new Uint8Array(100).subarray(50)"), "50");
    assert_eq!(named("[1, 2, 255]"), "3");
    let refused = named("new Uint8Array(2_000_000)");
    assert!(refused.contains("32 MiB in the host"), "{refused}");
}

fn the_limit_of_values_can_be_set() {
    let vm = vm(LinkRights::new().value_memory(MIB), Limits::default());
    let refused = text(&vm, "limits.countFlags(new Array(50_000).fill(true))");
    assert!(refused.contains("1 MiB in the host"), "{refused}");
    let bytes = |len: usize| text(&vm, &format!("limits.sum(new Uint8Array({len}))"));
    assert_eq!(bytes(1 << 20), "1048576");
    assert!(bytes((1 << 20) + 1).contains("1 MiB in the host"));
}

fn shared_arguments_count_each_time() {
    let wat = r#"(component
        (core module $m
            (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "f") (param i32 i32)))
        (core instance $i (instantiate $m))
        (alias core export $i "memory" (core memory $memory))
        (type $named' (record (field "name" string)))
        (export $named "named" (type $named'))
        (func (export "f") (param "all" (list $named))
            (canon lift (core func $i "f") (memory $memory) (realloc (func $i "realloc")))))"#;
    let component = linker().compile("shared", wat::parse_str(wat).unwrap());
    let vm = engine().vm().limits(small_heap());
    let vm = vm.link(&component.unwrap()).build().unwrap();
    let text = "import { f } from 'shared'; let text = 'done';
        const one = { name: 'x'.repeat(1 << 20) };
        try { f(new Array(10_000).fill(one)) } catch (error) { text = error.message }
        export const result = text;";
    let refused = result(&vm, text).unwrap();
    assert!(refused.contains("32 MiB in the host"), "{refused}");
}

fn results_are_limited() {
    let vm = vm(LinkRights::new(), small_heap());
    assert_eq!(text(&vm, "limits.zeros(500_000).length"), "500000");
    let refused = text(&vm, "limits.zeros(2_000_000).length");
    assert!(refused.starts_with("Error: the component"), "{refused}");
}

fn a_list_with_large_holes_is_no_list() {
    let vm = vm(LinkRights::new(), Limits::default());
    for array in [
        "new Array(2 ** 32 - 1)",
        "(() => { const a = []; a[9e5] = true; return a })()",
    ] {
        let refused = text(&vm, &format!("limits.countFlags({array})"));
        assert_eq!(
            refused,
            "TypeError: argument 1 (flags): expected an array, found an array with large holes",
            "{array}"
        );
    }
    // A hole is `undefined`, at the end as well.
    for array in ["[true, , true]", "[true, ,]"] {
        let refused = text(&vm, &format!("limits.countFlags({array})"));
        assert_eq!(
            refused, "TypeError: argument 1 (flags): [1]: expected a boolean, found undefined",
            "{array}"
        );
    }
}

/// A component with a function of many variables and loops, some KB in all.
fn costly() -> Vec<u8> {
    let variables = 2000;
    let each = |form: &dyn Fn(usize) -> String| (0..variables).map(form).collect::<String>();
    let increments =
        each(&|index| format!("(local.set {index} (i32.add (local.get {index}) (i32.const 1)))"));
    let uses = each(&|index| format!("(drop (local.get {index}))"));
    let text = format!(
        "(component
            (core module $m (func (export \"f\") (local {}) {} {increments} {} {uses}))
            (core instance $i (instantiate $m))
            (func (export \"f\") (canon lift (core func $i \"f\"))))",
        "i32 ".repeat(variables),
        "(loop ".repeat(500),
        "(br_if 0 (local.get 0)))".repeat(500),
    );
    wat::parse_str(text).unwrap()
}

fn code_that_is_costly_to_compile_is_refused() {
    let started = Instant::now();
    let error = linker().compile("costly", costly()).unwrap_err();
    assert!(matches!(error, LinkError::TooCostly { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    // Ordinary code is far from the limit.
    let small = CompileLimits {
        memory: 4 * MIB,
        ..CompileLimits::default()
    };
    let sums = wat::parse_file(folder("link").join("sums.wat")).unwrap();
    linker()
        .compile_limits(small)
        .compile("sums", sums)
        .unwrap();
}

fn a_component_of_too_many_instances_is_refused() {
    let mut text =
        String::from("(component $c0 (core module $m) (core instance (instantiate $m)))");
    for level in 1..=30 {
        let below = level - 1;
        let twice = format!("(instance (instantiate $c{below}))").repeat(2);
        text = format!("(component $c{level} {text} {twice})");
    }
    let bytes = wat::parse_str(&text).unwrap();
    let error = linker().compile("many", bytes).unwrap_err();
    assert!(matches!(error, LinkError::TooManyParts { .. }), "{error:?}");
}

fn calls_after_the_time_limit_do_not_begin() {
    let limits = Limits::default().time(Duration::from_millis(200));
    let vm = vm(LinkRights::new(), limits);
    let started = Instant::now();
    let error = module(
        &vm,
        "import { spin } from 'limits';
         globalThis.failures = 0;
         for (;;) try { spin() } catch (error) { failures++ }",
    )
    .unwrap_err();
    // Each call would take 5 ms until it is stopped, and the VM asks after thousands of calls.
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
    assert!(
        matches!(error, Error::Interrupted(Interrupt::TimeLimit)),
        "{error:?}"
    );
}
