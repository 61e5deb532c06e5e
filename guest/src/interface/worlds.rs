//! The interface `worlds`.
use crate::bindings::exports::jsvm::engine::values::ValueBorrow;
use crate::bindings::exports::jsvm::engine::worlds::{ExportProblem, Guest, Mismatch};
use crate::error::Result;
use crate::handle::held;
use crate::world::{self, Problem};

impl Guest for crate::Guest {
    fn define_world(description: Vec<u8>) -> std::result::Result<(), String> {
        world::define(&description)
    }

    fn bind_exports(module: ValueBorrow<'_>) -> Result<Vec<ExportProblem>> {
        let problems = world::bind(held(&module))?.into_iter();
        Ok(problems.map(problem).collect())
    }
}

fn problem(problem: Problem) -> ExportProblem {
    ExportProblem {
        export: problem.export,
        mismatch: match problem.mismatch {
            world::Mismatch::Missing => Mismatch::Missing,
            world::Mismatch::NoObject => Mismatch::NoObject,
            world::Mismatch::NoFunction => Mismatch::NoFunction,
            world::Mismatch::NoClass => Mismatch::NoClass,
        },
        name: problem.name,
    }
}
