//! The plugins of a folder, and what passes through them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::component::Components;
use crate::document::Document;
use crate::limits::Limits;
use crate::plugin::{Failure, Plugin, tell};
use crate::script::Scripts;

/// Why there is no pipeline.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// There is no folder.
    #[error("cannot read {}: {source}", folder.display())]
    Folder {
        /// Where it should be.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Scripts cannot be run.
    #[error("cannot run scripts: {0}")]
    Scripts(#[from] jsvm::Error),
    /// There are no threads.
    #[error("cannot run plugins: {0}")]
    System(#[from] io::Error),
    /// Components cannot be run.
    #[error("cannot run components: {0}")]
    Components(wasmtime::Error),
}

/// All plugins, in the order of their names.
pub struct Pipeline {
    folder: PathBuf,
    scripts: Scripts,
    components: Components,
    plugins: BTreeMap<String, Entry>,
}

/// What tells one version of a file from the next.
type Version = (Option<SystemTime>, u64);

struct Entry {
    version: Version,
    /// Nothing, if it is put aside.
    plugin: Option<Box<dyn Plugin>>,
}

/// Who runs a file.
enum Language {
    Script,
    Component,
}

impl Language {
    fn of(path: &Path) -> Option<Language> {
        let name = path.file_name()?.to_str()?;
        match path.extension()?.to_str()? {
            // Nothing but types.
            "ts" | "mts" if name.ends_with(".d.ts") || name.ends_with(".d.mts") => None,
            "js" | "mjs" | "ts" | "mts" => Some(Language::Script),
            "wasm" => Some(Language::Component),
            _ => None,
        }
    }
}

impl Pipeline {
    /// A pipeline that has loaded nothing yet.
    pub fn new(folder: PathBuf, limits: Limits) -> Result<Pipeline, PipelineError> {
        if let Err(source) = fs::read_dir(&folder) {
            return Err(PipelineError::Folder { folder, source });
        }
        Ok(Pipeline {
            folder,
            scripts: Scripts::new(limits)?,
            components: Components::new(limits)?,
            plugins: BTreeMap::new(),
        })
    }

    /// Loads what is new or has changed, and forgets what is gone.
    pub fn refresh(&mut self) {
        let found = match files(&self.folder) {
            Ok(found) => found,
            // It is being replaced, perhaps.
            Err(_) => return,
        };
        self.plugins.retain(|name, _| {
            let stays = found.contains_key(name);
            if !stays {
                tell(name, "is gone");
            }
            stays
        });
        for (name, (path, language, version)) in found {
            let known = self.plugins.get(&name);
            if known.is_some_and(|entry| entry.version == version) {
                continue;
            }
            let is_new = known.is_none();
            let loaded = match language {
                Language::Script => self.scripts.load(&name, &path),
                Language::Component => self.components.load(&name, &path),
            };
            let plugin = match loaded {
                Ok(plugin) => {
                    tell(&name, if is_new { "loaded" } else { "loaded again" });
                    Some(plugin)
                }
                Err(failure) => {
                    tell(&name, &failure.to_string());
                    None
                }
            };
            self.plugins.insert(name, Entry { version, plugin });
        }
    }

    /// Passes a document through all plugins. One that fails is as if it were not there.
    pub fn transform(&mut self, mut document: Document) -> Option<Document> {
        for (name, entry) in &mut self.plugins {
            let Some(plugin) = &mut entry.plugin else {
                continue;
            };
            match plugin.transform(&document) {
                Ok(Some(transformed)) => document = transformed,
                Ok(None) => return None,
                Err(failure) => {
                    tell(name, &failure.to_string());
                    if let Failure::Plugin(_) = failure {
                        entry.plugin = None;
                    }
                }
            }
        }
        Some(document)
    }
}

type Found = BTreeMap<String, (PathBuf, Language, Version)>;

/// The plugins in a folder, by their names.
fn files(folder: &Path) -> io::Result<Found> {
    let mut found = Found::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let (Some(language), Some(name)) = (Language::of(&path), path.file_name()) else {
            continue;
        };
        // A file that is gone by now is gone.
        let Ok(metadata) = path.metadata() else {
            continue;
        };
        if metadata.is_file() {
            let version = (metadata.modified().ok(), metadata.len());
            let name = name.to_string_lossy().into_owned();
            found.insert(name, (path, language, version));
        }
    }
    Ok(found)
}
