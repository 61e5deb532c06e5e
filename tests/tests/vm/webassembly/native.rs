//! Native code: that it is used, and what crosses its border.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jsvm::{Limits, ModuleCompiler, ModuleRunner, Snapshot, ViewKind, Vm, VmBuilder, VmMemory};
use jsvm_modules::{Bounds, Modules};

use super::{INSTANCE, text};

/// A compiler that counts the runs of functions.
struct Counting {
    modules: Modules,
    runs: Arc<AtomicU32>,
}

struct CountingRunner {
    runner: Box<dyn ModuleRunner>,
    runs: Arc<AtomicU32>,
}

impl ModuleCompiler for Counting {
    fn runner(&self) -> Box<dyn ModuleRunner> {
        Box::new(CountingRunner {
            runner: self.modules.runner(),
            runs: self.runs.clone(),
        })
    }
}

impl ModuleRunner for CountingRunner {
    fn call(&mut self, memory: VmMemory, message: &[u8]) -> Vec<u8> {
        let reply = self.runner.call(memory, message);
        let was_run = message.first() == Some(&jsvm_protocol::webassembly::RUN)
            && reply.first() != Some(&jsvm_protocol::webassembly::REFUSED);
        self.runs.fetch_add(u32::from(was_run), Ordering::Relaxed);
        reply
    }
}

/// Settings with a compiler, and its count.
fn counted(bounds: Bounds) -> (VmBuilder, Arc<AtomicU32>) {
    let runs = Arc::new(AtomicU32::new(0));
    let counting = Counting {
        modules: Modules::new().bounds(bounds),
        runs: runs.clone(),
    };
    let builder = jsvm_tests::builder().module_compiler(Arc::new(counting));
    (builder, runs)
}

fn give(vm: &Vm, module: &str) {
    let bytes = wat::parse_str(module).unwrap();
    let bytes = vm.create_typed_array(ViewKind::Uint8, &bytes).unwrap();
    vm.global().unwrap().set("bytes", &bytes).unwrap();
}

/// A module with a function of every type, a table, a global and a loop in each function.
const EVERYTHING: &str = r#"
(module
  (import "m" "i32" (func $i32 (param i32) (result i32)))
  (import "m" "i64" (func $i64 (param i64) (result i64)))
  (import "m" "f32" (func $f32 (param f32) (result f32)))
  (import "m" "f64" (func $f64 (param f64) (result f64)))
  (import "m" "two" (func $two (param i32 f64) (result f64 i64)))
  (type $plain (func (param i32) (result i32)))
  (memory (export "memory") 1 4)
  (global $calls (export "calls") (mut i32) (i32.const 0))
  (table (export "table") 4 funcref)
  (elem (i32.const 1) $i32 $own)
  (func $own (param i32) (result i32) local.get 0 i32.const 2 i32.mul)
  (func $work (local i32)
    i32.const 1000
    local.set 0
    loop $again
      local.get 0 i32.const 1 i32.sub local.tee 0
      br_if $again
    end
    global.get $calls i32.const 1 i32.add global.set $calls)
  (func (export "i32") (param i32) (result i32) call $work local.get 0 call $i32)
  (func (export "i64") (param i64) (result i64) call $work local.get 0 call $i64)
  (func (export "f32") (param f32) (result f32) call $work local.get 0 call $f32)
  (func (export "f64") (param f64) (result f64) call $work local.get 0 call $f64)
  (func (export "two") (param i32 f64) (result f64 i64) call $work local.get 0 local.get 1 call $two)
  (func (export "indirect") (param i32 i32) (result i32)
    call $work
    local.get 0 local.get 1 call_indirect (type $plain))
  (func (export "grow") (param i32) (result i32)
    call $work
    local.get 0 memory.grow
    memory.size i32.const 65536 i32.mul i32.const 4 i32.sub i32.const 7 i32.store)
  (func (export "read") (param i32) (result i32) call $work local.get 0 i32.load)
)"#;

const IMPORTS: &str = "globalThis.imports = { m: {
    i32: (x) => x + 1, i64: (x) => -x, f32: (x) => x / 3, f64: (x) => x / 3, two: (a, b) => [a + b, 2n ** 63n - 1n],
} };";

#[test]
fn values_of_all_types_cross() {
    let (builder, runs) = counted(Bounds::default());
    let vm = builder.build().unwrap();
    give(&vm, EVERYTHING);
    let results = text(
        &vm,
        &format!(
            "{IMPORTS}{INSTANCE} [i.i32(-5), i.i64(-(2n ** 62n)), i.f32(1), i.f64(1), i.two(1, 2.5), i.calls.value].join()"
        ),
    );
    let third = 1.0 / 3.0;
    assert_eq!(
        results,
        format!(
            "-4,4611686018427387904,{},{third},3.5,9223372036854775807,5",
            f64::from(1_f32 / 3_f32)
        )
    );
    assert_eq!(runs.load(Ordering::Relaxed), 5);
}

#[test]
fn tables_have_what_scripts_and_modules_put_there() {
    let (builder, _) = counted(Bounds::default());
    let vm = builder.build().unwrap();
    give(&vm, EVERYTHING);
    let results = text(
        &vm,
        &format!(
            "{IMPORTS}{INSTANCE} const results = [];
             const attempt = (f) => {{ try {{ results.push(f()); }} catch (error) {{ results.push(error.message); }} }};
             attempt(() => i.indirect(20, 1)); attempt(() => i.indirect(20, 2)); attempt(() => i.indirect(1, 0));
             i.table.set(0, i.table.get(2)); attempt(() => i.indirect(21, 0));
             attempt(() => i.indirect(1, 4)); i.table.grow(1, i.table.get(1)); attempt(() => i.indirect(1, 4));
             i.table.set(3, i.i64); attempt(() => i.indirect(1, 3)); i.table.set(0, null); attempt(() => i.indirect(1, 0));
             results.join(';')"
        ),
    );
    assert_eq!(
        results,
        "21;40;null function or function signature mismatch;42;table index is out of bounds;2;\
         null function or function signature mismatch;null function or function signature mismatch"
    );
}

#[test]
fn memory_grows_and_moves_under_native_code() {
    let (builder, _) = counted(Bounds::default());
    let vm = builder.build().unwrap();
    give(&vm, EVERYTHING);
    let results = text(
        &vm,
        &format!(
            "{IMPORTS}{INSTANCE} const before = i.memory.buffer; new Int32Array(before)[5] = 99;
             const others = []; for (let n = 0; n < 50; n++) others.push(new ArrayBuffer(70000));
             [i.grow(1), before.byteLength, i.memory.buffer.byteLength, i.read(20), i.read(131068), i.grow(5), i.grow(2),
              i.memory.grow === undefined, new Int32Array(i.memory.buffer)[5], i.read(20)].join()"
        ),
    );
    assert_eq!(results, "1,0,131072,99,7,-1,2,false,99,99");
}

#[test]
fn frozen_module_goes_on_with_and_without_native_code() {
    let (builder, runs) = counted(Bounds::default());
    let vm = builder.build().unwrap();
    give(&vm, EVERYTHING);
    let script = format!(
        "{IMPORTS}{INSTANCE} globalThis.i = i; i.i32(1); i.table.set(3, i.table.get(2)); i.grow(1); i.indirect(1, 2); i.read(0)"
    );
    text(&vm, &script);
    let snapshot = Snapshot::from_bytes(&vm.snapshot().unwrap().to_bytes().unwrap()).unwrap();
    let before = runs.load(Ordering::Relaxed);
    let go_on = "[i.i32(1), i.indirect(3, 3), i.read(131068), i.calls.value].join()";
    for builder in [jsvm_tests::builder(), builder] {
        let restored = builder.restore(&snapshot).unwrap();
        assert_eq!(text(&restored, go_on), "2,6,7,7");
        // A restored VM that does little with a module tells the embedder nothing.
        assert_eq!(runs.load(Ordering::Relaxed), before);
        let more = "for (let n = 0; n < 100; n++) i.i32(n); [i.i32(1), i.indirect(3, 3), i.read(131068), i.calls.value].join()";
        assert_eq!(text(&restored, more), "2,6,7,110");
    }
    let after = runs.load(Ordering::Relaxed);
    assert!(after > before + 20, "{before} and {after} runs");
    assert_eq!(text(&vm, go_on), "2,6,7,7");
    assert_eq!(runs.load(Ordering::Relaxed), after + 3);
}

#[test]
fn what_is_beyond_the_bounds_is_interpreted() {
    let default = Bounds::default();
    let all = [
        Bounds {
            module: 64,
            ..default
        },
        Bounds {
            locals: 0,
            ..default
        },
        Bounds {
            function: 8,
            ..default
        },
        Bounds {
            functions: 3,
            ..default
        },
        Bounds { work: 8, ..default },
        Bounds {
            function_work: 8,
            ..default
        },
    ];
    for bounds in all {
        let (builder, runs) = counted(bounds);
        let vm = builder.build().unwrap();
        give(&vm, EVERYTHING);
        let script =
            format!("{IMPORTS}{INSTANCE} [i.i32(1), i.indirect(3, 2), i.calls.value].join()");
        assert_eq!(text(&vm, &script), "2,6,2");
        assert_eq!(runs.load(Ordering::Relaxed), 0, "{bounds:?}");
    }
}

#[test]
fn what_only_the_interpreter_runs_works_beside_native_code() {
    // The second module changes the table of the first by its code.
    let (builder, runs) = counted(Bounds::default());
    let vm = builder.build().unwrap();
    give(&vm, EVERYTHING);
    let changer = wat::parse_str(
        r#"(module (import "e" "table" (table 0 funcref))
            (func (export "copy") (param i32 i32) local.get 0 local.get 1 i32.const 1 table.copy)
            (func $big (param i32) (result i32) local.get 0 i32.const 100 i32.mul)
            (elem declare func $big)
            (func (export "put") (param i32) local.get 0 ref.func $big table.set))"#,
    )
    .unwrap();
    let changer = vm.create_typed_array(ViewKind::Uint8, &changer).unwrap();
    vm.global().unwrap().set("changer", &changer).unwrap();
    let results = text(
        &vm,
        &format!(
            "{IMPORTS}{INSTANCE} const c = new WebAssembly.Instance(new WebAssembly.Module(changer), {{ e: i }}).exports;
             const results = [i.indirect(1, 2)]; c.copy(0, 2); results.push(i.indirect(4, 0));
             c.put(0); results.push(i.indirect(4, 0)); c.copy(3, 1); results.push(i.indirect(4, 3)); results.join()"
        ),
    );
    assert_eq!(results, "2,8,400,5");
    assert_eq!(runs.load(Ordering::Relaxed), 4);
}

#[test]
fn calls_nest_and_exceptions_pass_through() {
    let (builder, _) = counted(Bounds::default());
    let vm = builder.limits(Limits::default()).build().unwrap();
    give(&vm, EVERYTHING);
    let results = text(
        &vm,
        &format!(
            "{IMPORTS} let depth = 0, e; imports.m.i32 = (n) => {{
                if (n === 0) throw new RangeError('deep'); depth++; return e.i32(n - 1) + 1; }};
             imports.m.f64 = (x) => {{ try {{ return e.i32(x); }} catch (error) {{ return e.calls.value; }} }};
             {INSTANCE} e = i; const results = [];
             for (const n of [3, 100]) try {{ e.i32(n); }} catch (error) {{ results.push(error.message, depth, e.calls.value); depth = 0; }}
             results.push(e.f64(5), e.read(0)); results.join()"
        ),
    );
    assert_eq!(results, "deep,3,4,deep,100,105,112,0");
}

/// A compiler that gets other messages than the VM sends.
struct Forging {
    modules: Modules,
    seed: u64,
}

struct ForgingRunner {
    runner: Box<dyn ModuleRunner>,
    random: u64,
}

impl ModuleCompiler for Forging {
    fn runner(&self) -> Box<dyn ModuleRunner> {
        Box::new(ForgingRunner {
            runner: self.modules.runner(),
            random: self.seed,
        })
    }
}

impl ForgingRunner {
    /// SplitMix64.
    fn next(&mut self) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.random;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) as usize
    }
}

impl ModuleRunner for ForgingRunner {
    fn call(&mut self, memory: VmMemory, message: &[u8]) -> Vec<u8> {
        let mut message = message.to_vec();
        match self.next() % 8 {
            0 => {
                let at = self.next() % message.len();
                message[at] = self.next() as u8;
            }
            1 => {
                let at = self.next() % message.len();
                message[at] = 0xff;
            }
            2 => message.truncate(self.next() % message.len()),
            3 => message.insert(0, self.next() as u8 % 32),
            _ => {}
        }
        self.runner.call(memory, &message)
    }
}

#[test]
fn forged_messages_do_no_harm() {
    let mut limits = Limits::default();
    limits.time = Some(std::time::Duration::from_secs(1));
    for seed in 0..300 {
        let forging = Forging {
            modules: Modules::new(),
            seed,
        };
        let builder = jsvm_tests::builder().limits(limits.clone());
        let vm = builder.module_compiler(Arc::new(forging)).build().unwrap();
        give(&vm, EVERYTHING);
        // Whatever it does: it ends, and this process goes on.
        let script = format!(
                "{IMPORTS}{INSTANCE} for (let n = 0; n < 20; n++) {{
                    const attempt = (f) => {{ try {{ f(); }} catch {{ }} }};
                    attempt(() => i.i32(n)); attempt(() => i.indirect(n, n % 4)); attempt(() => i.grow(n & 1));
                    attempt(() => i.table.set(3, i.table.get(n % 3))); attempt(() => i.read(n)); attempt(() => i.two(n, n));
                }}"
        );
        let _ = vm.eval(&script);
    }
    jsvm_tests::assert_usable(&jsvm_tests::vm());
}
