//! Runs the work of `bench/worlds` in components that were made by different tools, beside each other, and
//! prints a table: `jsvm-bench-worlds NAME=FILE...`.
//!
//! Rounds alternate between the components. A figure is the median of the rounds, each of as many calls as
//! take some milliseconds. What the host does for a call is in it.

use std::time::{Duration, Instant};

use wasmtime::component::{Component, HasSelf, InstancePre, Linker, ResourceTable};
use wasmtime::error::Context;
use wasmtime::{Config, Engine, Result, Store, bail};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use bindings::bench::worlds::ticks;
use bindings::exports::bench::worlds::work::Item;
use bindings::{Bench, BenchPre};

mod bindings {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({ path: "worlds/wit", world: "bench" });
}

struct Host {
    table: ResourceTable,
    wasi: WasiCtx,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl ticks::Host for Host {
    fn tick(&mut self, n: u32) -> u32 {
        n + 1
    }
}

/// A component that was made by a tool.
struct Contender {
    name: String,
    bytes: usize,
    engine: Engine,
    pre: InstancePre<Host>,
}

/// An instance, which is used for all rounds of a row.
struct Running {
    store: Store<Host>,
    bench: Bench,
}

/// The work of a row: some calls.
type Row = fn(&mut Running, u32) -> Result<()>;

const ROUNDS: usize = 15;

/// How long a round takes.
const ROUND: Duration = Duration::from_millis(20);

fn item(id: u32) -> Item {
    Item {
        id,
        name: format!("item number {id}"),
        price: f64::from(id) + 0.5,
        tags: vec!["new".to_owned(), "red".to_owned()],
    }
}

/// The rows, with their names.
const ROWS: [(&str, Row); 9] = [
    ("call with two numbers", |running, count| {
        let work = running.bench.bench_worlds_work();
        for n in 0..count {
            let sum = work.call_add(&mut running.store, f64::from(n), 2.0)?;
            check(sum == f64::from(n) + 2.0)?;
        }
        Ok(())
    }),
    ("a text of 16 B and back", |running, count| {
        text(running, count, 16)
    }),
    ("a text of 64 KiB and back", |running, count| {
        text(running, count, 64 << 10)
    }),
    ("a record and back", |running, count| {
        let work = running.bench.bench_worlds_work();
        for n in 0..count {
            let made = work.call_one(&mut running.store, &item(n))?;
            check(made.price == item(n).price * 2.0)?;
        }
        Ok(())
    }),
    ("1,000 records and back", |running, count| {
        let items: Vec<_> = (0..1000).map(item).collect();
        let work = running.bench.bench_worlds_work();
        for _ in 0..count {
            let made = work.call_many(&mut running.store, &items)?;
            check(made.len() == 1000 && made[999].name == items[999].name)?;
        }
        Ok(())
    }),
    ("1 MiB of bytes and back", |running, count| {
        let bytes = vec![7; 1 << 20];
        let work = running.bench.bench_worlds_work();
        for _ in 0..count {
            check(work.call_bytes(&mut running.store, &bytes)?.len() == bytes.len())?;
        }
        Ok(())
    }),
    ("a method of a resource", |running, count| {
        let work = running.bench.bench_worlds_work();
        let counter = work.counter();
        let object = counter.call_constructor(&mut running.store, 1)?;
        for n in 0..count {
            check(counter.call_next(&mut running.store, object)? == n + 2)?;
        }
        object.resource_drop(&mut running.store)?;
        Ok(())
    }),
    ("a resource made and dropped", |running, count| {
        let work = running.bench.bench_worlds_work();
        for n in 0..count {
            let object = work.counter().call_constructor(&mut running.store, n)?;
            object.resource_drop(&mut running.store)?;
        }
        Ok(())
    }),
    ("an import called 1,000 times", |running, count| {
        let work = running.bench.bench_worlds_work();
        for _ in 0..count {
            check(work.call_calls(&mut running.store, 1000)? == 1000)?;
        }
        Ok(())
    }),
];

fn check(is_right: bool) -> Result<()> {
    if !is_right {
        bail!("a result is wrong");
    }
    Ok(())
}

fn text(running: &mut Running, count: u32, len: usize) -> Result<()> {
    let text = "x".repeat(len);
    let work = running.bench.bench_worlds_work();
    for _ in 0..count {
        check(work.call_text(&mut running.store, &text)?.len() == len)?;
    }
    Ok(())
}

impl Contender {
    fn new(argument: &str) -> Result<Contender> {
        let (name, file) = argument.split_once('=').context("NAME=FILE is expected")?;
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {file}"))?;
        let mut config = Config::new();
        config.wasm_component_model_async(true);
        let engine = Engine::new(&config)?;
        let component =
            Component::new(&engine, &bytes).with_context(|| format!("cannot compile {file}"))?;
        let mut linker = Linker::<Host>::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        ticks::add_to_linker::<_, HasSelf<_>>(&mut linker, |host| host)?;
        Ok(Contender {
            name: name.to_owned(),
            bytes: bytes.len(),
            pre: linker.instantiate_pre(&component)?,
            engine,
        })
    }

    fn start(&self) -> Result<Running> {
        let host = Host {
            table: ResourceTable::new(),
            wasi: WasiCtx::builder().build(),
        };
        let mut store = Store::new(&self.engine, host);
        let bench = BenchPre::new(self.pre.clone())?.instantiate(&mut store)?;
        Ok(Running { store, bench })
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> Result<()> {
    let contenders = std::env::args().skip(1);
    let contenders = contenders
        .map(|argument| Contender::new(&argument))
        .collect::<Result<Vec<_>>>()?;
    if contenders.is_empty() {
        bail!("usage: jsvm-bench-worlds NAME=FILE...");
    }
    let names: Vec<_> = contenders.iter().map(|one| &*one.name).collect();
    println!("| microseconds | {} |", names.join(" | "));
    println!("|---|{}", "---:|".repeat(names.len()));
    let sizes: Vec<_> = contenders
        .iter()
        .map(|one| format!("{:.2} MB", one.bytes as f64 / 1e6))
        .collect();
    println!("| size | {} |", sizes.join(" | "));
    line("instance and first call", &contenders, |one| {
        let began = Instant::now();
        for _ in 0..20 {
            let mut running = one.start()?;
            ROWS[0].1(&mut running, 1)?;
        }
        Ok(began.elapsed().as_secs_f64() / 20.0)
    })?;
    for (name, row) in ROWS {
        let mut all = Vec::new();
        for one in &contenders {
            let mut running = one.start()?;
            // As many calls as take the time of a round.
            let mut count = 1;
            loop {
                let began = Instant::now();
                row(&mut running, count)?;
                let time = began.elapsed();
                if time >= ROUND || count > 1 << 24 {
                    break;
                }
                count *= 2;
            }
            all.push((running, count));
        }
        let mut times = vec![Vec::new(); all.len()];
        for _ in 0..ROUNDS {
            for ((running, count), times) in all.iter_mut().zip(&mut times) {
                let began = Instant::now();
                row(running, *count)?;
                times.push(began.elapsed().as_secs_f64() / f64::from(*count));
            }
        }
        print(name, times.into_iter().map(median).collect());
    }
    Ok(())
}

fn line(
    name: &str,
    contenders: &[Contender],
    measure: impl Fn(&Contender) -> Result<f64>,
) -> Result<()> {
    let mut times = vec![Vec::new(); contenders.len()];
    for _ in 0..ROUNDS {
        for (one, times) in contenders.iter().zip(&mut times) {
            times.push(measure(one)?);
        }
    }
    print(name, times.into_iter().map(median).collect());
    Ok(())
}

fn print(name: &str, seconds: Vec<f64>) {
    let cells: Vec<_> = seconds
        .iter()
        .map(|seconds| match seconds * 1e6 {
            time if time < 100.0 => format!("{time:.2}"),
            time => format!("{time:.0}"),
        })
        .collect();
    println!("| {name} | {} |", cells.join(" | "));
}
