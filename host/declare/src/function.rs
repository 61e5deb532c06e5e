//! Functions.

use crate::text::{self, declared};
use crate::types::{Direction, Type, TypePrinter};

/// A function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Function {
    /// The name in JavaScript.
    pub name: String,
    /// The parameters, without a method's own instance.
    pub params: Vec<(String, Type)>,
    /// The result. A `result` is returned or thrown.
    pub result: Option<Type>,
    /// How the result comes.
    pub returns: Returns,
    /// Whether the function is asynchronous: it has a signal in an argument after the others.
    pub is_async: bool,
    /// Whether a program may implement it with parameters that are narrower than these. That is needed for classes
    /// of the program: they may have more than WIT says, such as private fields.
    pub is_loose: bool,
    /// The documentation.
    pub docs: Option<String>,
}

/// How a result comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Returns {
    /// As it is.
    #[default]
    Value,
    /// As a promise.
    Promise,
    /// Either way, as a program likes.
    Either,
}

impl Function {
    /// Returns the type of the payload that the function throws.
    fn thrown(&self, types: &TypePrinter) -> Option<String> {
        match self.result.as_ref()?.resolved() {
            Type::Result(_, Some(ty)) => Some(types.print(ty)),
            Type::Result(_, None) => Some("undefined".into()),
            _ => None,
        }
    }

    /// Writes the documentation, with the payload of what the function throws.
    pub(crate) fn docs(&self, types: &TypePrinter, indent: &str, text: &mut String) {
        let mut docs = self.docs.as_deref().unwrap_or_default().trim().to_owned();
        if let Some(payload) = self.thrown(types) {
            if !docs.is_empty() {
                docs.push_str("\n\n");
            }
            let verb = match self.returns {
                Returns::Either => "Throw",
                _ => "Throws",
            };
            docs.push_str(&format!("{verb} an error whose `payload` is: {payload}"));
        }
        text::docs(&docs, indent, text);
    }

    /// Returns the type of what a call returns.
    pub(crate) fn output(&self, types: &TypePrinter) -> String {
        let types = &types.toward(match self.is_export() {
            true => Direction::Gives,
            false => Direction::Gets,
        });
        let value = self.result.as_ref().and_then(|ty| match ty.resolved() {
            Type::Result(ok, _) => ok.as_deref().map(|ty| types.print(ty)),
            _ => Some(types.print(ty)),
        });
        match (self.returns, value) {
            (Returns::Value, Some(value)) => value,
            // A function that returns a promise has this type, too.
            (Returns::Value | Returns::Either, None) => "void".into(),
            (Returns::Promise, value) => types.promise(value.as_deref().unwrap_or("void")),
            (Returns::Either, Some(value)) => format!("{value} | {}", types.promise(&value)),
        }
    }

    pub(crate) fn params(&self, types: &TypePrinter) -> String {
        let types = &types.toward(match self.is_export() {
            true => Direction::Gets,
            false => Direction::Gives,
        });
        // A parameter is optional only if no required one follows.
        let last_required = match self.is_async && self.is_export() {
            true => self.params.len(),
            false => self
                .params
                .iter()
                .rposition(|(_, ty)| ty.or_undefined().is_none())
                .map_or(0, |index| index + 1),
        };
        let params = self.params.iter().enumerate().map(|(index, (name, ty))| {
            let name = declared(name);
            match ty.or_undefined() {
                Some(inner) if index >= last_required => {
                    format!("{name}?: {}", types.print(inner))
                }
                _ => format!("{name}: {}", types.print(ty)),
            }
        });
        let mut params: Vec<_> = params.collect();
        if self.is_async {
            params.push(match self.is_export() {
                true => format!("call: {{ readonly signal: {} }}", types.signal()),
                false => format!("options?: {{ signal?: {} }}", types.signal()),
            });
        }
        params.join(", ")
    }

    /// Whether a program implements the function.
    fn is_export(&self) -> bool {
        self.returns == Returns::Either
    }

    /// Returns parameters and result.
    pub(crate) fn signature(&self, types: &TypePrinter) -> String {
        format!("({}): {}", self.params(types), self.output(types))
    }
}
