//! The modules and globals of Node.js: `VmBuilder::node`.

use jsvm::{Engine, Error, EventLoop, Source, Vm};

fn node() -> Vm {
    Engine::global().unwrap().vm().node().build().unwrap()
}

/// The text that a module exports as `text`.
fn text(vm: &Vm, source: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let exports = runtime.block_on(EventLoop::new(vm).eval(Source::module(source)));
    exports.unwrap().get("text").unwrap().to().unwrap()
}

#[test]
fn a_vm_without_them_has_no_module_of_node() {
    let vm = Engine::global().unwrap().vm().build().unwrap();
    assert_eq!(
        vm.eval("typeof Buffer + typeof process")
            .unwrap()
            .to::<String>()
            .unwrap(),
        "undefinedundefined"
    );
    let promise = vm.eval(Source::module("import 'node:path'"));
    let failed = match promise {
        Err(Error::Exception(_)) => true,
        Ok(promise) => {
            vm.run_jobs().unwrap();
            matches!(promise.promise_value(), Err(Error::Exception(_)))
        }
        Err(_) => false,
    };
    assert!(failed);
}

#[test]
fn they_cost_ten_kilobytes_before_they_are_used() {
    let plain = Engine::global().unwrap().vm().seed(1).build().unwrap();
    let vm = Engine::global()
        .unwrap()
        .vm()
        .seed(1)
        .node()
        .build()
        .unwrap();
    let bytes = |vm: &Vm| vm.snapshot().unwrap().to_bytes().unwrap().len();
    let more = bytes(&vm) - bytes(&plain);
    // The functions that make globals and find modules.
    assert!(more < 11 << 10, "{more} bytes");
}

#[test]
fn every_name_loads() {
    let vm = node();
    let text = text(
        &vm,
        "import { builtinModules } from 'node:module';
         const failed = [];
         for (const name of builtinModules) {
           try { await import(name.startsWith('node:') ? name : `node:${name}`); } catch (error) { failed.push(`${name}: ${error}`); }
         }
         export const text = builtinModules.length + ' ' + failed.join();",
    );
    let (count, failed) = text.split_once(' ').unwrap();
    assert_eq!(failed, "");
    assert!(count.parse::<u32>().unwrap() > 60, "{count}");
}

#[test]
fn what_cannot_work_says_why() {
    let text = text(
        &node(),
        "import { spawn } from 'node:child_process';
         let text; try { spawn('ls'); } catch (error) { text = `${error.code} ${error.message}`; }
         export { text };",
    );
    assert_eq!(
        text,
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM child_process.spawn cannot be used here: a VM starts no processes"
    );
}

#[test]
fn a_context_survives_awaits_timers_ticks_and_a_snapshot() {
    let vm = node();
    vm.eval(
        "var log = [], go;
         const { AsyncLocalStorage } = process.getBuiltinModule('async_hooks');
         const storage = new AsyncLocalStorage();
         const note = (what) => log.push(`${what}:${storage.getStore()}`);
         const gate = new Promise((resolve) => { go = resolve; });
         for (const name of ['a', 'b']) {
           storage.run(name, async () => {
             process.nextTick(() => note('tick'));
             setTimeout(() => note('timer'), 0);
             queueMicrotask(() => note('microtask'));
             await gate;
             note('await');
             await null;
             note('again');
           });
         }
         note('outside');",
    )
    .unwrap();
    let snapshot = vm.snapshot().unwrap();
    let vm = Engine::global()
        .unwrap()
        .vm()
        .node()
        .restore(&snapshot)
        .unwrap();
    // Whoever settles a promise does not change the context of those that wait for it.
    vm.eval("storage.run('other', () => go())").unwrap();
    while vm.run_jobs().unwrap() > 0 {}
    let mut log: Vec<String> = vm.eval("log").unwrap().to().unwrap();
    log.sort();
    let mut expected = vec!["outside:undefined".to_owned()];
    for name in ["a", "b"] {
        for what in ["tick", "timer", "microtask", "await", "again"] {
            expected.push(format!("{what}:{name}"));
        }
    }
    expected.sort();
    assert_eq!(log, expected);
}

#[test]
fn a_timer_without_ref_does_not_keep_a_program_running() {
    let vm = node();
    vm.eval("setTimeout(() => {}, 60_000).unref()").unwrap();
    assert_eq!(vm.run_jobs_up_to(u32::MAX).unwrap().next_timer, None);
    vm.eval("setTimeout(() => {}, 90_000)").unwrap();
    assert!(vm.run_jobs_up_to(u32::MAX).unwrap().next_timer.is_some());
}

#[test]
fn buffers_read_and_write_all_encodings() {
    let text = text(
        &node(),
        "const forms = ['utf8', 'utf16le', 'latin1', 'ascii', 'hex', 'base64', 'base64url'];
         const bytes = Buffer.from([0xe2, 0x82, 0xac, 0x00, 0xff, 0x41]);
         export const text = forms.map((form) => {
           const shown = bytes.toString(form);
           return `${form} ${JSON.stringify(shown)} ${Buffer.from(shown, form).toString('hex')} ${Buffer.byteLength(shown, form)}`;
         }).join('\\n') + '\\n' + [bytes.indexOf('A'), bytes.lastIndexOf(0xac), bytes.compare(Buffer.from('z')), Buffer.from('x'.repeat(40) + 'y').indexOf('x'.repeat(33) + 'y')];",
    );
    // What Node.js 24 prints.
    assert_eq!(
        text,
        "utf8 \"€\\u0000�A\" e282ac00efbfbd41 8\n\
         utf16le \"苢¬䇿\" e282ac00ff41 6\n\
         latin1 \"â\u{82}¬\\u0000ÿA\" e282ac00ff41 6\n\
         ascii \"b\\u0002,\\u0000\u{7f}A\" 62022c007f41 6\n\
         hex \"e282ac00ff41\" e282ac00ff41 6\n\
         base64 \"4oKsAP9B\" e282ac00ff41 6\n\
         base64url \"4oKsAP9B\" e282ac00ff41 6\n\
         5,2,1,7"
    );
}
