//! The engine that a snapshot is restored on.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use jsvm::{Engine, EngineComponentError, EngineConfig, Error, Snapshot};

use super::progress::Progress;
use super::reason::reason;
use super::snapshot_reader::name;
use super::usage::Usage;

/// The largest component that is read, in bytes: twenty times ours. A small file can expand to any
/// size.
const MAX_COMPONENT: u64 = 64 << 20;

/// What a file begins with that zstd compressed.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The names that the component of an engine may have in a folder, after its SHA-256.
const EXTENSIONS: [&str; 2] = ["wasm", "wasm.zst"];

#[derive(Args)]
pub struct EngineOption {
    /// The engine of a snapshot that another version of jsvm made: a file that `jsvm component` of
    /// that version wrote, or a folder with such files, named by their SHA-256. They may be
    /// compressed with zstd
    #[arg(long, value_name = "FILE|FOLDER")]
    engine: Option<PathBuf>,
}

impl EngineOption {
    /// Whether an engine was named.
    pub fn is_given(&self) -> bool {
        self.engine.is_some()
    }

    /// The engine of a snapshot, which was read from this file.
    pub fn of(&self, path: &Path, snapshot: &Snapshot) -> Result<Engine, anyhow::Error> {
        let config = EngineConfig::new().pooling(false);
        if snapshot.is_of_this_engine() {
            let _waiting = Progress::new("starting");
            return Ok(config.build()?);
        }
        let file = self.find(path, snapshot)?;
        let component = read(&file)?;
        let _waiting = Progress::new(format!("compiling {}", file.display()));
        let config = config.require_engine(snapshot.engine());
        config.build_from_component(&component).map_err(|error| {
            let file = file.display();
            match error {
                Error::EngineComponent(EngineComponentError::OtherEngine { found }) => {
                    Usage(format!(
                        "cannot use {file} for {}: it is engine {found}, and {}",
                        name(path),
                        wanted(snapshot)
                    ))
                    .into()
                }
                Error::EngineComponent(error) => {
                    Usage(format!("cannot use {file}: {}", reasons(&error))).into()
                }
                error => error.into(),
            }
        })
    }

    /// The file with the component of a snapshot's engine.
    fn find(&self, path: &Path, snapshot: &Snapshot) -> Result<PathBuf, Usage> {
        let Some(given) = &self.engine else {
            return Err(missing(path, snapshot));
        };
        if !given.is_dir() {
            return Ok(given.clone());
        }
        let files = EXTENSIONS.map(|end| given.join(format!("{}.{end}", snapshot.engine())));
        let found = files.into_iter().find(|file| file.exists());
        found.ok_or_else(|| {
            Usage(format!(
                "there is no {}.wasm in {}. Write it with `jsvm component -o {}` of jsvm {}",
                snapshot.engine(),
                given.display(),
                given.display(),
                snapshot.engine_version()
            ))
        })
    }
}

/// The error of a snapshot of another engine.
pub fn missing(path: &Path, snapshot: &Snapshot) -> Usage {
    Usage(format!(
        "cannot use {}: {}. Write that engine with `jsvm component` of jsvm {}, and name the file with \
         --engine",
        name(path),
        wanted(snapshot),
        snapshot.engine_version()
    ))
}

fn wanted(snapshot: &Snapshot) -> String {
    format!(
        "engine {} of jsvm {} made it",
        snapshot.engine(),
        snapshot.engine_version()
    )
}

/// An error with its causes.
fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Reads a component, and decompresses it if it is compressed.
fn read(path: &Path) -> Result<Vec<u8>, Usage> {
    let failed = |error: io::Error| {
        let reason = reason(&error);
        Usage(format!(
            "cannot read the engine {}: {reason}",
            path.display()
        ))
    };
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let is_compressed = file.fill_buf().map_err(failed)?.starts_with(&ZSTD_MAGIC);
    let mut component = Vec::new();
    let read = match is_compressed {
        true => zstd::Decoder::with_buffer(file)
            .and_then(|decoder| decoder.take(MAX_COMPONENT + 1).read_to_end(&mut component)),
        false => file.take(MAX_COMPONENT + 1).read_to_end(&mut component),
    };
    if read.map_err(failed)? as u64 > MAX_COMPONENT {
        let path = path.display();
        return Err(Usage(format!(
            "{path} is not an engine: it is larger than 64 MiB"
        )));
    }
    Ok(component)
}
