//! The engine of all modules, and what it has compiled.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use wasmtime::{Config, Engine, Module, OptLevel};

use crate::bounds::Bounds;
use crate::place::Places;
use crate::rewrite::{self, Outline};

/// What code may use of a stack between two calls of JavaScript.
const STACK: usize = 512 << 10;

/// A stack, with room for what the host does on it.
const FIBER: usize = 1 << 20;

/// A module that can be instantiated.
pub struct Compiled {
    pub module: Module,
    pub outline: Outline,
}

/// Compiles, and keeps what it has compiled.
pub struct Compiler {
    pub engine: Engine,
    /// A module with a memory without pages.
    pub memory: Module,
    bounds: Bounds,
    kept: Mutex<VecDeque<Kept>>,
}

/// What was compiled, or that it is not to be.
type Outcome = Option<Arc<Compiled>>;

struct Kept {
    digest: [u8; 32],
    outcome: Outcome,
    size: usize,
}

/// Bytes that remembering a module takes beside its code.
const ENTRY: usize = 256;

impl Compiler {
    pub fn new(bounds: Bounds, cache: Option<wasmtime::Cache>) -> wasmtime::Result<Self> {
        let mut config = Config::new();
        config
            .cranelift_opt_level(OptLevel::Speed)
            .consume_fuel(true)
            .max_wasm_stack(STACK)
            .async_stack_size(FIBER)
            // A memory ends where the VM says, and may be elsewhere when it has grown.
            .memory_reservation(0)
            .memory_reservation_for_growth(0)
            .memory_guard_size(0)
            .memory_may_move(true)
            .memory_init_cow(false)
            .with_host_memory(Arc::new(Places))
            .wasm_backtrace_max_frames(None)
            .cache(cache);
        let engine = Engine::new(&config)?;
        // (module (memory (export "0") 0))
        let memory = Module::new(
            &engine,
            b"\0asm\x01\0\0\0\x05\x03\x01\0\0\x07\x05\x01\x010\x02\0",
        )?;
        Ok(Compiler {
            engine,
            memory,
            bounds,
            kept: Mutex::default(),
        })
    }

    /// The module of these bytes, unless it is to be interpreted.
    pub fn compiled(&self, bytes: &[u8]) -> Outcome {
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        if let Some(outcome) = self.known(&digest) {
            return outcome;
        }
        let rewritten = rewrite::rewrite(bytes, &self.bounds).ok();
        let outcome = rewritten.and_then(|rewritten| {
            let module = Module::new(&self.engine, &rewritten.bytes).ok()?;
            let outline = rewritten.outline;
            Some(Arc::new(Compiled { module, outline }))
        });
        self.keep(digest, &outcome);
        outcome
    }

    fn known(&self, digest: &[u8; 32]) -> Option<Outcome> {
        let mut kept = self.kept.lock();
        let at = kept.iter().position(|entry| entry.digest == *digest)?;
        let entry = kept.remove(at)?;
        let outcome = entry.outcome.clone();
        kept.push_back(entry);
        Some(outcome)
    }

    /// Keeps a module, in place of those that were used longest ago if there are too many.
    fn keep(&self, digest: [u8; 32], outcome: &Outcome) {
        let code = outcome.as_ref().map_or(0, |compiled| {
            let image = compiled.module.image_range();
            image.end.addr() - image.start.addr()
        });
        let mut kept = self.kept.lock();
        kept.push_back(Kept {
            digest,
            outcome: outcome.clone(),
            size: code + ENTRY,
        });
        let mut size: usize = kept.iter().map(|entry| entry.size).sum();
        while size > self.bounds.kept
            && let Some(oldest) = kept.pop_front()
        {
            size -= oldest.size;
        }
    }
}
