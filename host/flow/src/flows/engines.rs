//! Engines of earlier versions, whose components the store keeps.

use jsvm::{Engine, EngineId};

use super::Flows;
use crate::error::FlowError;
use crate::store::{Store, StoreError};

/// The most bytes of the component of an engine.
const MAX_ENGINE: usize = 64 << 20;

impl<S: Store> Flows<S> {
    /// Returns the engine with a digest: the present one, or one that the store keeps.
    pub(super) fn engine_of(&mut self, digest: &[u8; 32]) -> Result<Engine, FlowError> {
        let id = EngineId::new(*digest);
        if self.engine.id() == id {
            return Ok(self.engine.clone());
        }
        if let Some(engine) = self.engines.get(&id) {
            return Ok(engine.clone());
        }
        let component = self.store.engine(digest)?;
        let component = component.ok_or_else(|| FlowError::NoEngine(id.to_string()))?;
        let component = zstd::bulk::decompress(&component, MAX_ENGINE)
            .map_err(|error| StoreError::Damaged(format!("the engine {id}: {error}")))?;
        let engine = other_engine(&component, id)?;
        self.engines.insert(id, engine.clone());
        Ok(engine)
    }
}

#[cfg(feature = "compile")]
fn other_engine(component: &[u8], id: EngineId) -> Result<Engine, FlowError> {
    let config = jsvm::EngineConfig::new().pooling(false);
    // A record that is damaged is another engine, or none.
    Ok(config.require_engine(id).build_from_component(component)?)
}

#[cfg(not(feature = "compile"))]
fn other_engine(_: &[u8], id: EngineId) -> Result<Engine, FlowError> {
    Err(FlowError::NoEngine(id.to_string()))
}
