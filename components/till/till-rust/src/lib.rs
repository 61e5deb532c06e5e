//! A till in Rust: its receipts are objects of a component in TypeScript.

use bindings::acme::till::receipts::{Problem, Receipt, count, print};
use bindings::exports::wasi::cli::run::Guest;
use bindings::wasi::cli::stdout::get_stdout;

mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "till", generate_all });
}

struct Till;

bindings::export!(Till with_types_in bindings);

impl Guest for Till {
    fn run() -> Result<(), ()> {
        let receipt = Receipt::new("Ada");
        sell(&receipt, "tea", 2)?;
        sell(&receipt, "gold", 1)?;
        sell(&receipt, "jam", 0)?;
        let other = Receipt::new("Bob");
        sell(&other, "bread", 3)?;
        say(&format!("{} open", count()))?;
        // The handle is passed on: Bob's receipt ends.
        receipt.merge(other);
        say(&print(&receipt))?;
        say(&format!(
            "{} lines, {} open",
            receipt.lines().len(),
            count()
        ))?;
        drop(receipt);
        say(&format!("{} open", count()))
    }
}

fn sell(receipt: &Receipt, item: &str, count: u32) -> Result<(), ()> {
    match receipt.add(item, count) {
        Ok(line) => say(&format!("{} {}: {}", line.count, line.item, line.cents)),
        Err(Problem::Unknown(item)) => say(&format!("there is no {item}")),
        Err(Problem::Empty) => say("nothing to add"),
    }
}

fn say(text: &str) -> Result<(), ()> {
    let line = format!("{text}\n");
    get_stdout()
        .blocking_write_and_flush(line.as_bytes())
        .map_err(|_| ())
}
