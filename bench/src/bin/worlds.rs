//! Runs the work of `bench/worlds` in components that were made by different tools, beside each other, and
//! prints a table: `jsvm-bench-worlds NAME=FILE...`.
//!
//! Rounds alternate between the components. A figure is the median of the rounds, each of as many calls as
//! take some milliseconds. What the host does for a call is in it.

use std::time::{Duration, Instant};

use wasmtime::component::HasSelf;
use wasmtime::error::Context as _;
use wasmtime::{Result, Store};

use bindings::bench::worlds::ticks;
use bindings::exports::bench::worlds::work::Item;
use bindings::{Bench, BenchPre};
use contenders::{Contender, Host, ROUNDS, check, print};

#[path = "../contenders.rs"]
mod contenders;

mod bindings {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({ path: "worlds/wit", world: "bench" });
}

impl ticks::Host for Host {
    fn tick(&mut self, n: u32) -> u32 {
        n + 1
    }
}

/// An instance, which is used for all rounds of a row.
struct Running {
    store: Store<Host>,
    bench: Bench,
}

/// The work of a row: some calls.
type Row = fn(&mut Running, u32) -> Result<()>;

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

fn text(running: &mut Running, count: u32, len: usize) -> Result<()> {
    let text = "x".repeat(len);
    let work = running.bench.bench_worlds_work();
    for _ in 0..count {
        check(work.call_text(&mut running.store, &text)?.len() == len)?;
    }
    Ok(())
}

fn start(one: &Contender) -> Result<Running> {
    let mut store = one.store();
    let bench = BenchPre::new(one.pre.clone())?.instantiate(&mut store)?;
    Ok(Running { store, bench })
}

fn main() -> Result<()> {
    let contenders = Contender::all(|linker| {
        wasmtime_wasi::p2::add_to_linker_sync(linker)?;
        ticks::add_to_linker::<_, HasSelf<_>>(linker, |host| host)
    })?;
    memory(&contenders)?;
    line("instance and first call", &contenders, |one| {
        let began = Instant::now();
        for _ in 0..20 {
            let mut running = start(one)?;
            ROWS[0].1(&mut running, 1)?;
        }
        Ok(began.elapsed().as_secs_f64() / 20.0)
    })?;
    for (name, row) in ROWS {
        let mut all = Vec::new();
        for one in &contenders {
            let mut running = start(one)?;
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
        print(name, times);
    }
    Ok(())
}

/// The memory of each of many instances that have been called once: what the process has more of.
fn memory(contenders: &[Contender]) -> Result<()> {
    const INSTANCES: u32 = 100;
    let mut cells = Vec::new();
    for one in contenders {
        let mut all = Vec::new();
        // What is made once is not counted.
        for _ in 0..2 {
            let mut running = start(one)?;
            ROWS[0].1(&mut running, 1)?;
            all.push(running);
        }
        let before = resident()?;
        for _ in 0..INSTANCES {
            let mut running = start(one)?;
            ROWS[0].1(&mut running, 1)?;
            all.push(running);
        }
        let each = resident()?.saturating_sub(before) / u64::from(INSTANCES);
        cells.push(format!("{} KiB", each >> 10));
    }
    println!("| memory of an instance | {} |", cells.join(" | "));
    Ok(())
}

/// The resident memory of the process, in bytes; 0 where the system is not Linux.
fn resident() -> Result<u64> {
    let Ok(text) = std::fs::read_to_string("/proc/self/statm") else {
        return Ok(0);
    };
    let pages = text
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse::<u64>().ok());
    Ok(pages.context("/proc/self/statm has another form")? * 4096)
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
    print(name, times);
    Ok(())
}
