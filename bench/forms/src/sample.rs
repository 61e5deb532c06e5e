//! What crosses, as a Rust program has it.

use crate::form::{Event, Key, Read, Write};

/// Names of the samples; their numbers are those of the WIT.
pub const NAMES: [&str; 4] = [
    "2,000 objects",
    "100,000 numbers",
    "10 MB buffer",
    "one number",
];

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    id: f64,
    name: String,
    ok: bool,
    price: f64,
}

#[derive(Debug, PartialEq)]
pub enum Sample {
    Objects(Vec<Item>),
    Numbers(Vec<f64>),
    Buffer(Vec<u8>),
    Number(f64),
}

impl Sample {
    pub fn all() -> [Sample; 4] {
        let item = |index: u32| Item {
            id: f64::from(index),
            name: format!("item {index}"),
            ok: index.is_multiple_of(3),
            price: f64::from(index) * 1.1,
        };
        [
            Sample::Objects((0..2_000).map(item).collect()),
            Sample::Numbers((0..100_000).map(|index| f64::from(index) * 0.5).collect()),
            Sample::Buffer(
                (0..10_000_000_u32)
                    .map(|index| (index % 251) as u8)
                    .collect(),
            ),
            Sample::Number(42.5),
        ]
    }

    /// What the component in C adds up.
    pub fn sum(&self) -> f64 {
        match self {
            Sample::Objects(items) => {
                let sum = |sum, item: &Item| sum + (item.price + item.name.len() as f64);
                items.iter().fold(0.0, sum)
            }
            Sample::Numbers(numbers) => numbers.iter().sum(),
            Sample::Buffer(bytes) => bytes.len() as f64 + f64::from(bytes[bytes.len() - 1]),
            Sample::Number(number) => *number,
        }
    }

    pub fn write(&self, to: &mut impl Write) {
        match self {
            Sample::Objects(items) => {
                to.array(items.len());
                for item in items {
                    item.write(to);
                }
            }
            Sample::Numbers(numbers) => to.numbers(numbers.iter().copied()),
            Sample::Buffer(bytes) => to.buffer(bytes.clone()),
            Sample::Number(number) => to.number(*number),
        }
    }

    /// Reads a value of the same type as this.
    pub fn read(&self, from: &mut impl Read) -> Option<Sample> {
        let sample = match (self, from.value()?) {
            (Sample::Objects(_), Event::Array(len)) => {
                let mut items = Vec::with_capacity(len.min(1 << 20));
                for _ in 0..len {
                    items.push(Item::read(from)?);
                }
                Sample::Objects(items)
            }
            (Sample::Numbers(_), Event::Array(len)) => {
                let mut numbers = Vec::with_capacity(len.min(1 << 20));
                for _ in 0..len {
                    numbers.push(number(from)?);
                }
                Sample::Numbers(numbers)
            }
            (Sample::Buffer(_), Event::Buffer(bytes)) => Sample::Buffer(bytes),
            (Sample::Number(_), Event::Number(number)) => Sample::Number(number),
            _ => return None,
        };
        Some(sample)
    }
}

fn number(from: &mut impl Read) -> Option<f64> {
    match from.value()? {
        Event::Number(value) => Some(value),
        _ => None,
    }
}

impl Item {
    fn write(&self, to: &mut impl Write) {
        let keys = [(0, "id"), (1, "name"), (2, "ok"), (3, "price")];
        let keys = keys.map(|(id, text)| Key { text, id });
        to.object(keys.into_iter());
        to.key(keys[0]);
        to.number(self.id);
        to.key(keys[1]);
        to.text(&self.name);
        to.key(keys[2]);
        to.boolean(self.ok);
        to.key(keys[3]);
        to.number(self.price);
    }

    fn read(from: &mut impl Read) -> Option<Item> {
        let Event::Object(len) = from.value()? else {
            return None;
        };
        let mut item = Item::default();
        for _ in 0..len {
            match from.key()?.text {
                "id" => item.id = number(from)?,
                "name" => match from.value()? {
                    Event::Text(text) => item.name = text.to_owned(),
                    _ => return None,
                },
                "ok" => match from.value()? {
                    Event::Boolean(value) => item.ok = value,
                    _ => return None,
                },
                "price" => item.price = number(from)?,
                _ => return None,
            }
        }
        Some(item)
    }
}
