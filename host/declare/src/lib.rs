//! TypeScript declarations of WIT interfaces.
//!
//! A reader of WIT, or of a compiled component, makes [`Module`]s; [`Module::write`] prints them. So the types
//! of linked components and those of a world have one mapping.
//!
//! ```
//! use jsvm_declare::{Function, Item, Module, Type};
//!
//! let greet = Function {
//!     name: "greet".into(),
//!     params: vec![("name".into(), Type::String)],
//!     result: Some(Type::String),
//!     ..Function::default()
//! };
//! let mut module = Module::new("acme:hello/words@1.0.0");
//! module.alias = Some("acme:hello/words".into());
//! module.items.push(Item::Function(greet));
//! let mut text = String::new();
//! module.write(&mut text);
//! assert_eq!(
//!     text,
//!     r#"declare module "acme:hello/words@1.0.0" {
//!   export function greet(name: string): string;
//! }
//! declare module "acme:hello/words" {
//!   export * from "acme:hello/words@1.0.0";
//! }
//! "#,
//! );
//! ```

mod function;
mod item;
mod text;
mod types;

pub use function::{Function, Returns};
pub use item::{Class, Item, Member, Module};
pub use text::declared;
pub use types::{Case, Field, Type};
