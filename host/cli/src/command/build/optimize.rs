//! The engines that `jsvm build` can put into a component.

use clap::ValueEnum;
use jsvm::{Engine, EngineConfig};

use crate::command::progress::Progress;

/// What an engine is compiled for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Optimize {
    /// The engine that jsvm runs programs with
    Speed,
    /// The same engine compiled for size: smaller files, slower programs
    Size,
}

impl Optimize {
    /// Creates the engine.
    pub fn engine(self) -> anyhow::Result<Engine> {
        let config = EngineConfig::new().pooling(false);
        if self == Optimize::Speed {
            return Ok(config.build()?);
        }
        let component = jsvm_standalone::size_component()?;
        // Its native code is kept for the next time.
        let _waiting = Progress::new("compiling the engine for size");
        Ok(config.build_from_component(&component)?)
    }
}
