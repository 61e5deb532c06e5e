//! Decides on orders by rules that are replaced while the program runs.
//!
//! ```text
//! rules rules.wasm
//! ```
//!
//! Each line of standard input is an order: the customer, and the amount in cents.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use live::{Live, Swap};
use rules::{Decision, Order};

mod live;
mod rules;

const USAGE: &str = "usage: rules FILE.wasm    (each line of standard input: CUSTOMER CENTS)";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match serve(PathBuf::from(path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rules: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(path: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    let mut live = Live::new(path)?;
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        match live.refresh() {
            Swap::Unchanged => {}
            Swap::Swapped => eprintln!("rules: swapped"),
            Swap::Refused(error) => eprintln!("rules: not swapped: {error}"),
        }
        let line = line?;
        match parse(&line) {
            Some(order) => match live.decide(&order) {
                Ok(decision) => writeln!(output, "{}", describe(&decision))?,
                Err(error) => {
                    eprintln!("rules: {error}");
                    writeln!(output, "undecided")?;
                }
            },
            None => writeln!(output, "not an order: write CUSTOMER CENTS")?,
        }
        output.flush()?;
    }
    Ok(())
}

fn parse(line: &str) -> Option<Order> {
    let (customer, amount) = line.trim().rsplit_once(' ')?;
    let amount = amount.parse().ok()?;
    Some(Order {
        customer: customer.to_owned(),
        amount,
    })
}

fn describe(decision: &Decision) -> String {
    match decision {
        Decision::Accept => "accept".to_owned(),
        Decision::Discount(percent) => format!("discount of {percent} %"),
        Decision::Refuse(reason) => format!("refuse: {reason}"),
    }
}
