//! What is priced, and how rules change it. Both cross to and from scripts by serde.

use serde::{Deserialize, Deserializer, Serialize};

/// An order. Amounts are in cents.
#[derive(Debug, Deserialize, Serialize)]
pub struct Order {
    pub id: u32,
    pub customer: String,
    pub items: Vec<Item>,
    /// How a gift is wrapped, if the order is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift: Option<Gift>,
}

/// A line of an order.
#[derive(Debug, Deserialize, Serialize)]
pub struct Item {
    pub name: String,
    pub count: u32,
    pub price: f64,
}

/// How a gift is wrapped.
#[derive(Debug, Deserialize, Serialize)]
pub struct Gift {
    pub wrap: String,
}

impl Order {
    /// What it costs before any rule.
    pub fn sum(&self) -> f64 {
        let items = self.items.iter();
        items.map(|item| f64::from(item.count) * item.price).sum()
    }
}

/// What a rule makes of a price.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Cents that are added, or taken off if it is negative.
    #[serde(default, deserialize_with = "number")]
    pub cents: f64,
    /// Percent of the price so far, likewise.
    #[serde(default, deserialize_with = "number")]
    pub percent: f64,
    /// What the customer reads.
    pub note: String,
}

impl Change {
    /// The price after it.
    pub fn apply(&self, price: f64) -> f64 {
        let changed = price + self.cents + price * self.percent / 100.0;
        changed.round().max(0.0)
    }
}

/// A number of JavaScript, which crosses as an integer if it is whole.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Whole(i64),
        Real(f64),
    }
    Ok(match Number::deserialize(from)? {
        Number::Whole(number) => number as f64,
        Number::Real(number) => number,
    })
}
