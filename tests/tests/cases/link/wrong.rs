//! Components that are none, that lack something, that misbehave; names that clash; and VMs that
//! are frozen and thawed.

use std::fs;
use std::time::{Duration, Instant};

use jsvm::{Error, Interrupt, Limits, Vm};
use jsvm_link::{LinkError, LinkExt, LinkRights};
use jsvm_tests::cases::{diff, folder};
use libtest_mimic::Trial;

use super::{builder, engine, linked, linker, module, result};

pub fn trials() -> Vec<Trial> {
    trials![
        a_core_module_is_no_component,
        what_is_damaged_is_no_component,
        imports_that_nobody_gives_are_listed,
        a_component_that_exports_nothing_is_refused,
        names_are_checked,
        versions_are_chosen,
        names_that_clash_are_explained,
        vms_share_nothing,
        bytes_go_into_resources_and_out_again,
        invalid_results_are_errors,
        the_time_limit_stops_a_component,
        an_interrupt_stops_a_component,
        the_time_limit_stops_a_component_that_waits,
        waiting_works_inside_of_a_runtime,
        memory_is_limited,
        nothing_is_allowed_by_default,
        a_restored_vm_finds_its_components,
        declarations_are_as_expected,
    ]
}

/// A component of `tests/cases/link`.
fn wat(name: &str) -> Vec<u8> {
    wat::parse_file(folder("link").join(name).with_extension("wat")).unwrap()
}

fn refused(name: &str, bytes: &[u8]) -> LinkError {
    linker().compile(name, bytes).unwrap_err()
}

fn a_core_module_is_no_component() {
    let bytes = wat::parse_str("(module (func (export \"f\")))").unwrap();
    let error = refused("core", &bytes);
    assert!(matches!(error, LinkError::CoreModule { .. }), "{error:?}");
    assert!(error.to_string().contains("wasm32-wasip2"), "{error}");
}

fn what_is_damaged_is_no_component() {
    for bytes in [&b""[..], b"\x7fELF", b"(component)", b"\0as"] {
        let error = refused("text", bytes);
        assert!(
            matches!(error, LinkError::NotWebAssembly { .. }),
            "{error:?}"
        );
    }
    let whole = wat("versions");
    for len in [8, 9, 40, whole.len() / 2, whole.len() - 1] {
        let error = refused("cut", &whole[..len]);
        let is_right = matches!(
            error,
            LinkError::Invalid { .. } | LinkError::NoExports { .. }
        );
        assert!(is_right, "{len}: {error:?}");
    }
    // Whatever is wrong with it, nothing panics.
    for at in (8..whole.len()).step_by(13) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        let _ = linker().compile("damaged", &damaged);
    }
}

fn imports_that_nobody_gives_are_listed() {
    let error = refused("keys", &wat("missing"));
    let LinkError::MissingImports { imports, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(imports[..], ["acme:store/keys@0.3.0", "log"]);
    assert!(error.to_string().contains("wac plug"), "{error}");
}

fn a_component_that_exports_nothing_is_refused() {
    let bytes = wat::parse_str("(component)").unwrap();
    let error = refused("nothing", &bytes);
    assert!(matches!(error, LinkError::NoExports { .. }), "{error:?}");
}

fn names_are_checked() {
    let bytes = wat("versions");
    for name in ["", "./x", "a b", "jsvm:link", "node:fs"] {
        let error = refused(name, &bytes);
        assert!(matches!(error, LinkError::Name { .. }), "{name}: {error:?}");
    }
    let tools = linker().compile("tools", &bytes).unwrap();
    let again = engine().vm().link(&tools).link(&tools).build();
    let error = again.unwrap_err();
    assert!(
        matches!(&error, Error::Extension(error)
            if matches!(error.downcast_ref(), Some(LinkError::NameTaken { name }) if name == "tools")),
        "{error:?}"
    );
    assert_eq!(tools.package(), Some("acme:tools"));
    assert_eq!(tools.named("acme:tools").unwrap().name(), "acme:tools");
}

fn versions_are_chosen() {
    let tools = linker().compile("tools", wat("versions")).unwrap();
    let vm = engine().vm().link(&tools).build().unwrap();
    let version = |specifier: &str| {
        result(
            &vm,
            &format!("import {{ version }} from '{specifier}'; export const result = version()"),
        )
    };
    for (specifier, expected) in [
        ("acme:tools/info@1.0.0", "100"),
        ("acme:tools/info@1.1.0", "110"),
        ("acme:tools/info@1", "110"),
        ("acme:tools/info@1.0", "100"),
        ("acme:tools/info@2.0.0", "200"),
        ("acme:tools/info", "200"),
        ("acme:others/info", "7"),
    ] {
        assert_eq!(version(specifier).unwrap(), expected, "{specifier}");
    }
    let error = version("acme:tools/info@3").unwrap_err().to_string();
    assert!(error.contains("acme:tools/info@1.0.0"), "{error}");
    // Two interfaces have this name.
    let error = version("tools/info").unwrap_err().to_string();
    assert!(error.contains("several interfaces"), "{error}");
    let names = "import * as all from 'tools'; export const result = Object.keys(all).join()";
    assert_eq!(
        result(&vm, names).unwrap(),
        "acme:others/info,acme:tools/info@1.0.0,acme:tools/info@1.1.0,acme:tools/info@2.0.0"
    );
}

fn names_that_clash_are_explained() {
    let one = linker().compile("one", wat("versions")).unwrap();
    let two = one.clone().named("two").unwrap();
    let vm = engine().vm().link(&one).link(&two).build().unwrap();
    let import = |specifier: &str| {
        result(
            &vm,
            &format!("import {{ version }} from '{specifier}'; export const result = version()"),
        )
    };
    let error = import("acme:others/info").unwrap_err().to_string();
    assert!(error.contains("`one` and `two`"), "{error}");
    let error = import("one/info").unwrap_err().to_string();
    assert!(error.contains("several interfaces"), "{error}");
    let root =
        "import * as all from 'two'; export const result = all['acme:others/info'].version()";
    assert_eq!(result(&vm, root).unwrap(), "7");
}

fn vms_share_nothing() {
    let (builder, _) = builder();
    let count = "import { calls } from 'demo:echo/trouble'; export const result = calls()";
    let (one, two) = (builder.build().unwrap(), builder.build().unwrap());
    assert_eq!(result(&one, count).unwrap(), "1");
    // A module is one: evaluated anew under another name it is another call.
    assert_eq!(result(&one, count).unwrap(), "2");
    assert_eq!(result(&two, count).unwrap(), "1");
}

fn bytes_go_into_resources_and_out_again() {
    let blob = linker().compile("blob", wat("blob")).unwrap();
    let vm = engine().vm().link(&blob).build().unwrap();
    let text = "import { Blob } from 'blob';
        const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i);
        const blob = new Blob(bytes), small = new Blob([1, 2, 3]), none = new Blob(new Uint8Array());
        const all = [blob.bytes().every((byte, i) => byte === bytes[i]), blob.bytes().length];
        all.push(blob.rest(99_997), small.bytes(), small.rest(2), none.bytes().length);
        for (const wrong of [-1, 0.5, '1']) {
            try { small.rest(wrong) } catch (error) { all.push(error.message) }
        }
        try { Blob.prototype.bytes.call({}) } catch (error) { all.push(error.name) }
        export const result = all.join(' | ');";
    assert_eq!(
        result(&vm, text).unwrap(),
        "true | 100000 | 157,158,159 | 1,2,3 | 3 | 0 | \
         argument 1 (from): expected u32, found number -1 | \
         argument 1 (from): expected u32, found number 0.5 | \
         argument 1 (from): expected u32, found string \"1\" | TypeError"
    );
}

fn invalid_results_are_errors() {
    let invalid = linker().compile("invalid", wat("invalid")).unwrap();
    let vm = engine().vm().link(&invalid).build().unwrap();
    for name in ["text", "outside", "aChar", "aColor"] {
        let text = format!("import {{ {name} }} from 'invalid'; export const result = {name}()");
        let error = result(&vm, &text).unwrap_err();
        let exception = error.exception().unwrap();
        assert_eq!(exception.name, "Error", "{name}");
        assert!(exception.message.contains("failed in"), "{name}: {error}");
    }
    assert_eq!(vm.eval("1 + 1").unwrap().to::<u32>().unwrap(), 2);
}

/// A VM with the component and this much time for each call.
fn hasty(milliseconds: u64) -> Vm {
    let limits = Limits::default().time(Duration::from_millis(milliseconds));
    builder().0.limits(limits).build().unwrap()
}

const SPIN: &str = "import { spin, calls } from 'demo:echo/trouble';
    globalThis.calls = calls;
    try { spin() } catch (error) { globalThis.caught = error.message; for (;;); }";

fn the_time_limit_stops_a_component() {
    let vm = hasty(100);
    let started = Instant::now();
    let error = module(&vm, SPIN).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(
        matches!(error, Error::Interrupted(Interrupt::TimeLimit)),
        "{error:?}"
    );
    // The script is stopped with it: it does not see why.
    let caught: String = vm.eval("typeof caught").unwrap().to().unwrap();
    assert_eq!(caught, "undefined");
    assert_eq!(vm.eval("calls()").unwrap().to::<u32>().unwrap(), 1);
}

fn an_interrupt_stops_a_component() {
    let vm = hasty(60_000);
    let interrupt = vm.interrupt_handle();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        interrupt.interrupt();
    });
    let started = Instant::now();
    let error = module(&vm, SPIN).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(
        matches!(error, Error::Interrupted(Interrupt::Handle)),
        "{error:?}"
    );
    assert_eq!(vm.eval("calls()").unwrap().to::<u32>().unwrap(), 1);
}

const SLEEP: &str = "import { sleep } from 'sleep'; sleep(BigInt(milliseconds));";

/// A VM that sleeps.
fn sleepy(milliseconds: u32, limit: u64) -> Vm {
    let sleep = linker().compile("sleep", wat("sleep")).unwrap();
    let limits = Limits::default().time(Duration::from_millis(limit));
    let vm = engine().vm().limits(limits).link(&sleep).build().unwrap();
    vm.eval(&*format!("const milliseconds = {milliseconds}"))
        .unwrap();
    vm
}

fn the_time_limit_stops_a_component_that_waits() {
    let started = Instant::now();
    let error = module(&sleepy(60_000, 100), SLEEP).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(10));
    let text = error.to_string();
    assert!(text.contains("time limit"), "{text}");
}

fn waiting_works_inside_of_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let started = Instant::now();
        module(&sleepy(30, 10_000), SLEEP).unwrap();
        assert!(started.elapsed() >= Duration::from_millis(30));
    });
}

fn memory_is_limited() {
    let rights = LinkRights::new().memory(16 << 20);
    let small = linked()
        .clone()
        .named("small")
        .unwrap()
        .rights(rights)
        .unwrap();
    let vm = engine().vm().link(&small).build().unwrap();
    let allocate = "import { allocate } from 'small/trouble'; allocate()";
    let error = module(&vm, allocate).unwrap_err().to_string();
    assert!(error.contains("16 MiB"), "{error}");
    let echo = "import { echoBytes } from 'small/values';
        export const result = echoBytes(new Uint8Array(1 << 20)).length";
    assert_eq!(result(&vm, echo).unwrap(), "1048576");
}

fn nothing_is_allowed_by_default() {
    let component = linker().compile("env", wat("environment")).unwrap();
    let text =
        "import { environment } from 'env'; export const result = JSON.stringify(environment())";
    let vm = engine().vm().link(&component).build().unwrap();
    assert_eq!(result(&vm, text).unwrap(), "[]");
    let rights = LinkRights::new().env("LANG", "en").env("EMPTY", "");
    let allowed = component.clone().rights(rights).unwrap();
    let vm = engine().vm().link(&allowed).build().unwrap();
    assert_eq!(
        result(&vm, text).unwrap(),
        r#"[["LANG","en"],["EMPTY",""]]"#
    );
    let nowhere = LinkRights::new().read_folder("/no/such/folder", "/");
    let error = component.rights(nowhere).unwrap_err();
    assert!(matches!(error, LinkError::Folder { .. }), "{error:?}");
}

fn a_restored_vm_finds_its_components() {
    let (builder, _) = builder();
    let vm = builder.build().unwrap();
    module(
        &vm,
        "import { Counter, consume } from 'demo:echo/counters';
         import { echoString } from 'demo:echo/values';
         Object.assign(globalThis, { Counter, consume, echoString, counter: new Counter(1) });",
    )
    .unwrap();
    let snapshot = vm.snapshot().unwrap();
    drop(vm);

    let vm = builder.restore(&snapshot).unwrap();
    let text = |code: &str| vm.eval(code).and_then(|value| value.to_text());
    assert_eq!(text("echoString('still there')").unwrap(), "still there");
    assert_eq!(text("new Counter(5).add(1)").unwrap(), "6");
    for stale in ["counter.value()", "consume(counter)"] {
        let error = text(stale).unwrap_err();
        let exception = error.exception().unwrap();
        assert_eq!(exception.name, "TypeError");
        assert!(exception.message.contains("a stale handle"), "{error}");
    }
    text("counter = undefined").unwrap();
    vm.heap().collect_garbage().unwrap();
    vm.run_jobs().unwrap();

    let vm = engine().vm().expect_links().restore(&snapshot).unwrap();
    let error = vm.eval("echoString('x')").unwrap_err().to_string();
    assert!(error.contains("`demo:echo`"), "{error}");
}

fn declarations_are_as_expected() {
    let file = folder("link").join("echo.d.ts");
    let actual = linked().declarations();
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        fs::write(&file, &actual).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap();
    assert!(actual == expected, "{}", diff(&expected, &actual));
}
