//! What crosses the boundary, as types of Rust: the other side is `scripts/data.js`.

use serde::{Deserialize, Serialize};

/// An object of four fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// A number that fits an integer.
    pub id: u32,
    /// A short string.
    pub name: String,
    /// A number with a fraction.
    pub price: f64,
    /// A boolean.
    pub sold: bool,
}

/// A node of a deep tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// A number.
    pub value: u32,
    /// Two strings.
    pub words: Vec<String>,
    /// What is below.
    pub child: Option<Box<Tree>>,
}
