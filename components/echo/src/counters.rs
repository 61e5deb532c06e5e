//! Resources.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::Echo;
use crate::bindings::exports::demo::echo::counters::{
    Counter, CounterBorrow, Guest, GuestCounter, GuestTicket, Ticket,
};
use crate::bindings::exports::demo::echo::more;

static LIVE: AtomicU32 = AtomicU32::new(0);
static TICKETS: AtomicU32 = AtomicU32::new(0);

/// A number that can be added to.
pub struct Number(Cell<u32>);

/// A number that was drawn.
pub struct Drawn(u32);

impl Drop for Number {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Relaxed);
    }
}

impl GuestCounter for Number {
    fn new(start: u32) -> Self {
        LIVE.fetch_add(1, Relaxed);
        Number(Cell::new(start))
    }

    fn add(&self, by: u32) -> u32 {
        self.0.set(self.0.get().wrapping_add(by));
        self.0.get()
    }

    fn value(&self) -> u32 {
        self.0.get()
    }

    fn plus(&self, other: CounterBorrow<'_>) -> Counter {
        let sum = self.value().wrapping_add(other.get::<Number>().value());
        Counter::new(Number::new(sum))
    }

    fn parse(text: String) -> Result<Counter, String> {
        match text.parse() {
            Ok(number) => Ok(Counter::new(Number::new(number))),
            Err(_) => Err(format!("{text:?} is no number")),
        }
    }

    fn live_count() -> u32 {
        LIVE.load(Relaxed)
    }
}

impl GuestTicket for Drawn {
    fn number(&self) -> u32 {
        self.0
    }
}

fn drawn() -> Ticket {
    Ticket::new(Drawn(TICKETS.fetch_add(1, Relaxed) + 1))
}

impl Guest for Echo {
    type Counter = Number;
    type Ticket = Drawn;

    fn consume(counter: Counter) -> u32 {
        counter.get::<Number>().value()
    }

    fn sum(counters: Vec<CounterBorrow<'_>>) -> u32 {
        counters
            .iter()
            .map(|counter| counter.get::<Number>().value())
            .sum()
    }

    fn named(names: Vec<String>) -> Vec<(String, Counter)> {
        let numbers = names.into_iter().zip(1..);
        numbers
            .map(|(name, number)| (name, Counter::new(Number::new(number))))
            .collect()
    }

    fn maybe(there: bool) -> Option<Counter> {
        there.then(|| Counter::new(Number::new(7)))
    }

    fn draw() -> Ticket {
        drawn()
    }

    fn refuse() -> Result<u32, Ticket> {
        Err(drawn())
    }
}

impl more::Guest for Echo {
    fn twice(counter: more::CounterBorrow<'_>) -> more::Counter {
        let twice = 2 * counter.get::<Number>().value();
        Counter::new(Number::new(twice))
    }

    fn mirror(point: more::Point) -> more::Point {
        more::Point {
            x: point.y,
            y: point.x,
        }
    }
}
