//! Compares forms in which values could cross the boundary of a component: see README.md.

mod bindings;
mod build;
mod c;
mod form;
mod rust;
mod sample;
#[path = "../../../host/jsvm/src/settings.rs"]
mod settings;

use std::path::Path;
use std::{env, fs};

use cpu_time::ThreadTime;
use jsvm_build::toolchain::Toolchain;
use wasmtime::component::Component;
use wasmtime::{Engine, Store};

use sample::{NAMES, Sample};

const FORMS: [&str; 6] = [
    "nodes",
    "columns",
    "CBOR",
    "CBOR, buffers inside",
    "CBOR, shapes",
    "CBOR, read in place",
];
/// The last form differs from another only where a Rust program takes.
const IN_PLACE: usize = 5;
/// How often a value crosses in one measurement, by its number.
const TIMES: [u32; 4] = [10, 10, 2, 5_000];
const ROUNDS: usize = 31;

/// Who does what.
const ROLES: [&str; 4] = ["Rust takes", "Rust gives", "C takes", "C gives"];

/// Times by value, form and role.
type Table = [[[Vec<f64>; ROLES.len()]; FORMS.len()]; NAMES.len()];

/// Value, form and role of everything that is measured.
fn cells() -> impl Iterator<Item = (usize, usize, usize)> {
    let forms = (0..NAMES.len()).flat_map(|work| (0..FORMS.len()).map(move |form| (work, form)));
    let roles = forms.flat_map(|(work, form)| (0..ROLES.len()).map(move |role| (work, form, role)));
    roles.filter(|(_, form, role)| *form != IN_PLACE || *role == 0)
}

fn main() {
    let target = env::args().nth(1).expect("the folder for what is compiled");
    let out = Path::new(&target).join("forms");
    fs::create_dir_all(&out).unwrap();
    let toolchain = Toolchain::find().unwrap();
    let provider = build::provider(&toolchain, &out);
    let consumer = build::consumer(&toolchain, &out);
    let composed = build::compose(provider.clone(), consumer);
    let engine = Engine::new(&settings::shared_config()).unwrap();
    let [provider, composed] =
        [provider, composed].map(|component| Component::new(&engine, component).unwrap());
    let mut users = Users {
        host: rust::Host::new(Store::new(&engine, ()), &provider),
        consumer: c::Consumer::new(Store::new(&engine, ()), &composed),
        samples: Sample::all(),
    };
    let mut measured: Table = Default::default();
    // Everything takes turns: what else the machine does meets all of it.
    for round in 0..=ROUNDS {
        for (work, form, role) in cells() {
            let time = users.measure(form, work, role);
            // The first time memory grows, and what crossed is checked.
            match round {
                0 => users.check(form, work, role),
                _ => measured[work][form][role].push(time),
            }
        }
    }
    for (name, forms) in NAMES.iter().zip(measured) {
        print(name, forms);
    }
    print_lines();
}

struct Users {
    host: rust::Host,
    consumer: c::Consumer,
    samples: [Sample; 4],
}

impl Users {
    /// Microseconds of the processor for a value to cross.
    fn measure(&mut self, form: usize, work: usize, role: usize) -> f64 {
        let (sample, number, times) = (&self.samples[work], work as u32, TIMES[work]);
        let start = ThreadTime::now();
        match role {
            0 => (0..times).for_each(|_| drop(self.host.take(form, number, sample))),
            1 => (0..times).for_each(|_| self.host.give(form, sample)),
            2 => drop(self.consumer.take(form, number, times)),
            _ => self.consumer.give(form, number, times),
        }
        start.elapsed().as_secs_f64() * 1e6 / f64::from(times)
    }

    fn check(&mut self, form: usize, work: usize, role: usize) {
        let (sample, number) = (&self.samples[work], work as u32);
        match role {
            0 => assert!(self.host.take(form, number, sample) == *sample),
            1 => assert!(self.host.matches(number)),
            2 => assert_eq!(self.consumer.take(form, number, 1), sample.sum()),
            _ => assert!(self.consumer.matches(number)),
        }
    }
}

/// Prints the medians, each with its ratio to that of the first form.
fn print(name: &str, measured: [[Vec<f64>; ROLES.len()]; FORMS.len()]) {
    println!("\n{name}, µs | {}\n---|---|---|---|---", ROLES.join(" | "));
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    };
    let medians: Vec<_> = measured
        .into_iter()
        .map(|roles| roles.map(median))
        .collect();
    for (form, roles) in FORMS.iter().zip(&medians) {
        print!("{form}");
        for (time, first) in roles.iter().zip(&medians[0]) {
            match (time, first) {
                (Some(time), Some(first)) => {
                    let digits = if *time < 10.0 { 2 } else { 0 };
                    print!(" | {time:.digits$} ({:.2})", time / first);
                }
                _ => print!(" | "),
            }
        }
        println!();
    }
}

/// Prints how long the sources in C are.
fn print_lines() {
    println!("\nfile in C | lines of code\n---|---");
    for name in ["nodes.c", "columns.c", "cbor.c", "shaped.c", "cbor_head.h"] {
        let text = fs::read_to_string(build::folder().join("consumer").join(name)).unwrap();
        let code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        println!("{name} | {}", text.lines().filter(code).count());
    }
}
