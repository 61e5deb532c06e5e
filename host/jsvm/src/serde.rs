//! Any type of serde as a JavaScript value, and back.
//!
//! Values of any type that is `Serialize` go into a VM: [`Vm::create_value`](crate::Vm::create_value),
//! arguments of a call, results of host functions. Values of any type that is `DeserializeOwned` come
//! out of it: [`Value::to`](crate::Value::to), parameters of host functions. A value crosses in one
//! piece.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use std::collections::HashMap;
//!
//! #[derive(Serialize, Deserialize, PartialEq, Debug)]
//! struct Order {
//!     id: u64,
//!     lines: Vec<Line>,
//!     state: State,
//!     stock: HashMap<u32, String>,
//! }
//!
//! #[derive(Serialize, Deserialize, PartialEq, Debug)]
//! struct Line {
//!     name: String,
//!     price: f64,
//! }
//!
//! #[derive(Serialize, Deserialize, PartialEq, Debug)]
//! enum State {
//!     Open,
//!     Paid { by: String },
//! }
//!
//! let vm = jsvm::Engine::global()?.vm().build()?;
//! let order = Order {
//!     id: 7,
//!     lines: vec![Line { name: "pencil".into(), price: 1.5 }],
//!     state: State::Paid { by: "Ada".into() },
//!     stock: HashMap::from([(1, "shelf".to_owned())]),
//! };
//! let value = vm.create_value(&order)?;
//! let text = vm.eval("o => `${typeof o.id} ${o.lines[0].price} ${o.state.Paid.by} ${o.stock.get(1)}`")?;
//! assert_eq!(text.call((&value,))?.to::<String>()?, "bigint 1.5 Ada shelf");
//! assert_eq!(value.to::<Order>()?, order);
//!
//! vm.eval("(o) => { o.lines[0].price = 'free' }")?.call((&value,))?;
//! assert_eq!(
//!     value.to::<Order>().unwrap_err().to_string(),
//!     r#"lines[0].price: expected a number, found string "free""#
//! );
//! # Ok::<(), jsvm::Error>(())
//! ```
//!
//! # How types correspond
//!
//! The module [`jsvm_data::serde`] has the tables. In short, integers of 64 bits are bigints, maps
//! whose keys are not strings are a `Map`, and nothing is coerced. A wrapper or an [`Options`] says
//! otherwise:
//!
//! ```
//! use jsvm::serde::{Date, Json, Map, Set};
//! use std::collections::{HashMap, HashSet};
//!
//! let vm = jsvm::Engine::global()?.vm().build()?;
//! let set = vm.create_value(&Set(HashSet::from([1, 2])))?;
//! assert_eq!(set.get("size")?.to::<u32>()?, 2);
//! assert_eq!(set.to::<HashSet<u32>>()?, HashSet::from([1, 2]));
//!
//! let map = vm.create_value(&Map(HashMap::from([("a", 1)])))?;
//! assert_eq!(map.call_method("get", ("a",))?.to::<u32>()?, 1);
//!
//! let date = vm.create_value(&Date(0.5e12))?;
//! assert_eq!(date.call_method("getFullYear", ())?.to::<u32>()?, 1985);
//! assert_eq!(date.to::<Date<f64>>()?, Date(0.5e12));
//!
//! let double = vm.eval("(order) => 2 * order.price")?;
//! // Without the wrapper, 3 would be a bigint, since `serde_json` says that it has 64 bits.
//! let price = double.call((Json(serde_json::json!({ "price": 3 })),))?;
//! assert_eq!(price.to::<u32>()?, 6);
//! # Ok::<(), jsvm::Error>(())
//! ```

#[doc(inline)]
pub use jsvm_data::serde::{
    ArgumentReader, BytesAs, Date, Integers, Json, MAX_DEPTH, Map, Missing, Options, Set, date,
    json, map, set,
};
