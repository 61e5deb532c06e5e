//! Plugins in JavaScript and TypeScript: each has a VM of its own.

use std::io;
use std::path::Path;

use jsvm::{Engine, Error, EventLoop, NativeModule, Value, Vm};
use jsvm_node::NodeModules;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::document::Document;
use crate::limits::Limits;
use crate::pipeline::PipelineError;
use crate::plugin::{Failure, Plugin, tell};

/// Loads scripts.
pub struct Scripts {
    engine: Engine,
    runtime: Runtime,
    limits: Limits,
}

impl Scripts {
    pub fn new(limits: Limits) -> Result<Scripts, PipelineError> {
        Ok(Scripts {
            engine: Engine::new()?,
            runtime: Builder::new_multi_thread()
                .worker_threads(1)
                .enable_time()
                .build()?,
            limits,
        })
    }

    /// Evaluates a module, with what it imports from its folder.
    pub fn load(&self, name: &str, path: &Path) -> Result<Box<dyn Plugin>, Failure> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let unreadable = |error: io::Error| Failure::Plugin(error.to_string());
        // A loader of its own reads the files anew.
        let modules = NodeModules::new(folder).map_err(unreadable)?;
        let entry = modules
            .entry(path)
            .map_err(|error| Failure::Plugin(error.to_string()))?;
        let (log, console) = (name.to_owned(), name.to_owned());
        let host = NativeModule::new().function("log", move |text: String| tell(&log, &text));
        let vm = self
            .engine
            .vm()
            .limits(
                jsvm::Limits::default()
                    .memory(self.limits.memory)
                    .hard_memory(self.limits.memory + (16 << 20))
                    .time(self.limits.time),
            )
            .console(move |_, text| tell(&console, text))
            .module("jsvm:pipeline/host", host)
            .modules(modules)
            .build();
        let vm = vm.map_err(|error| Failure::Plugin(error.to_string()))?;
        let loaded = self.runtime.block_on(async {
            let mut events = EventLoop::new(&vm).deadline(self.limits.loading());
            let module = events.import(&entry).await?;
            let transform = module.get("transform")?;
            let is_function = transform.is_function()?;
            Ok((transform, is_function))
        });
        match loaded {
            Ok((transform, true)) => Ok(Box::new(Script {
                vm,
                transform,
                runtime: self.runtime.handle().clone(),
                limits: self.limits,
            })),
            Ok((_, false)) => Err(Failure::Plugin(
                "it exports no function transform".to_owned(),
            )),
            Err(error) => Err(Failure::Plugin(told(&error))),
        }
    }
}

/// A script that is loaded.
struct Script {
    vm: Vm,
    transform: Value,
    runtime: Handle,
    limits: Limits,
}

impl Plugin for Script {
    fn transform(&mut self, document: &Document) -> Result<Option<Document>, Failure> {
        let transformed = self.runtime.block_on(async {
            // It may answer with a promise, and wait for timers.
            let promise = self.transform.call((document,))?;
            let mut events = EventLoop::new(&self.vm).deadline(self.limits.time);
            events.settled(&promise).await?.to()
        });
        transformed.map_err(|error| match error {
            // It would take as much of every document.
            Error::Limit(_) | Error::Interrupted(_) | Error::Gone(_) => {
                Failure::Plugin(told(&error))
            }
            Error::Conversion(error) => {
                Failure::Document(format!("its result is no document: {error}"))
            }
            error => Failure::Document(told(&error)),
        })
    }
}

/// An error with the place where it happened, if there is one.
fn told(error: &Error) -> String {
    let place = error.exception().and_then(|exception| exception.location());
    match place {
        Some(place) => format!("{error} ({}:{})", place.file, place.line),
        None => error.to_string(),
    }
}
