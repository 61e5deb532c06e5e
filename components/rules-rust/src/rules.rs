//! Rules: functions of scripts, held by their handles.

use std::fmt::{self, Display};

use crate::bindings::jsvm::engine::types::Data;
use crate::bindings::jsvm::engine::values::{self, Error, Input, Key, Output, Value};
use crate::bindings::jsvm::engine::{evaluation, jobs, promises, roots};
use crate::order::{Change, Order};

/// Rules are roots of the VM as well, so that a thawed VM has them.
const ROOT: &str = "rule:";

/// Why a rule has no effect.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("{0}")]
    Thrown(String),
    #[error("it does not end at once: a rule may not await anything at its top level")]
    Waits,
    #[error("its default export is no function")]
    NoFunction,
    #[error("what it returns is neither undefined nor {{ note, cents, percent }}: {0}")]
    Result(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem::Thrown(match error {
            Error::Exception(thrown) if thrown.name.is_empty() => thrown.message,
            Error::Exception(thrown) => {
                let place = thrown.stack.lines().next().unwrap_or_default();
                let told = format!("{}: {} {}", thrown.name, thrown.message, place.trim());
                told.trim_end().to_owned()
            }
            Error::Interrupted(_) => "it was interrupted".to_owned(),
            Error::OutOfMemory => "it needs too much memory".to_owned(),
            Error::OutputLimit(_) => "what it returns is too large".to_owned(),
        })
    }
}

struct Rule {
    name: String,
    function: Value,
}

/// All rules, in order.
#[derive(Default)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Compiles a rule: an ES module with a function as its default export.
    pub fn add(&mut self, name: &str, source: &str) -> Result<(), Problem> {
        let options = evaluation::EvalOptions {
            file_name: name.to_owned(),
            kind: evaluation::SourceKind::Module,
            strict: true,
            top_level_await: false,
        };
        let Output::Value(module) = evaluation::eval(source, &options)? else {
            return Err(Problem::NoFunction);
        };
        jobs::run_jobs(u32::MAX)?;
        let exports = match (
            promises::get_promise_state(&module),
            promises::get_promise_result(&module),
        ) {
            (Some(promises::PromiseState::Fulfilled), Output::Value(exports)) => exports,
            (Some(promises::PromiseState::Rejected), Output::Value(reason)) => {
                return Err(Problem::Thrown(reason.to_text()?));
            }
            _ => return Err(Problem::Waits),
        };
        let function = match exports.get(&Key::Name("default".to_owned()))? {
            Output::Value(function) if function.kind() == values::ValueKind::Function => function,
            _ => return Err(Problem::NoFunction),
        };
        roots::set_root(&format!("{ROOT}{name}"), &Input::Value(&function))?;
        self.0.push(Rule {
            name: name.to_owned(),
            function,
        });
        Ok(())
    }

    /// The rules of a VM that was thawed.
    pub fn thawed() -> Rules {
        // Roots are sorted by name, as files were.
        let roots = roots::get_root_names().into_iter();
        let rules = roots.filter_map(|root| match roots::get_root(&root) {
            Some(Output::Value(function)) => Some(Rule {
                name: root.strip_prefix(ROOT)?.to_owned(),
                function,
            }),
            _ => None,
        });
        Rules(rules.collect())
    }

    /// Prices an order. A rule that fails changes nothing, and the others are applied.
    pub fn price<'a>(&'a self, order: &'a Order) -> Priced<'a> {
        let mut price = order.sum();
        let mut notes = Vec::new();
        for rule in &self.0 {
            match rule.apply(order, price) {
                Ok(None) => {}
                Ok(Some(change)) => {
                    price = change.apply(price);
                    notes.push(format!("{:>8.2}  {}", price / 100.0, change.note));
                }
                Err(problem) => notes.push(format!("          {}: {problem}", rule.name)),
            }
        }
        Priced {
            order,
            price,
            notes,
        }
    }
}

impl Rule {
    fn apply(&self, order: &Order, price: f64) -> Result<Option<Change>, Problem> {
        let unreadable = |error: &dyn Display| Problem::Result(error.to_string());
        let mut args = Data {
            item: Vec::new(),
            chunks: Vec::new(),
            tokens: Vec::new(),
        };
        ciborium::into_writer(&(order, price), &mut args.item)
            .map_err(|error| unreadable(&error))?;
        let result = self.function.call_data(&Input::Undefined, &args)?;
        for token in result.tokens {
            roots::release(token);
        }
        ciborium::from_reader(result.item.as_slice()).map_err(|error| match error {
            ciborium::de::Error::Semantic(_, reason) => Problem::Result(reason),
            error => unreadable(&error),
        })
    }
}

/// A priced order.
pub struct Priced<'a> {
    order: &'a Order,
    price: f64,
    notes: Vec<String>,
}

impl Display for Priced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Order { id, customer, .. } = self.order;
        writeln!(f, "order {id} of {customer}: {:.2}", self.price / 100.0)?;
        for note in &self.notes {
            writeln!(f, "  {note}")?;
        }
        Ok(())
    }
}
