//! Key-value storage and settings for programs.

mod stores;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use clap::Args;
use jsvm::{Bytes, HostError, VmBuilder};
use jsvm_http::services::{
    CONFIG_GET, CONFIG_GET_ALL, KEYVALUE_DELETE, KEYVALUE_EXISTS, KEYVALUE_GET, KEYVALUE_INCREMENT,
    KEYVALUE_LIST, KEYVALUE_SET,
};
use serde::Serialize;

use super::options::bytes;
use super::usage::Usage;
pub use stores::{StoreError, Stores};

/// The default of `--keyvalue-size`.
const STORAGE: u64 = 1 << 30;

/// Options of the modules jsvm:keyvalue and jsvm:config.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Storage and settings")]
pub struct ServiceOptions {
    /// File of the key-value storage, created if it does not exist. Without it, the storage is in
    /// memory and lost when the server stops
    #[arg(long, value_name = "FILE")]
    keyvalue: Option<PathBuf>,

    /// Largest size of the key-value storage, in the file or in memory [default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    keyvalue_size: Option<u64>,

    /// A setting; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    config: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), Usage> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Usage("expected NAME=VALUE".into())),
    }
}

impl ServiceOptions {
    /// Opens the storage and collects the settings.
    pub fn services(&self) -> Result<Services, Usage> {
        let size = self.keyvalue_size.unwrap_or(STORAGE);
        let stores = match &self.keyvalue {
            Some(path) => Stores::open(path, size)
                .map_err(|error| Usage(format!("--keyvalue {}: {error}", path.display())))?,
            None => Stores::in_memory(size),
        };
        let stores = Arc::new(stores);
        opened().push(Arc::downgrade(&stores));
        Ok(Services {
            stores,
            config: Arc::new(self.config.iter().cloned().collect()),
        })
    }
}

/// The stores that were opened.
static OPENED: Mutex<Vec<Weak<Stores>>> = Mutex::new(Vec::new());

fn opened() -> MutexGuard<'static, Vec<Weak<Stores>>> {
    OPENED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Closes all stores at the end of the program. Threads that end later than the program's main thread may
/// still hold them, and then nobody would write the log of changes back into the file.
pub fn close_stores() {
    let stores: Vec<_> = opened().drain(..).collect();
    for stores in stores.iter().filter_map(Weak::upgrade) {
        stores.close();
    }
}

/// Storage and settings, shared by all VMs of a program.
#[derive(Clone)]
pub struct Services {
    pub stores: Arc<Stores>,
    pub config: Arc<BTreeMap<String, String>>,
}

/// A page of the keys of a store.
#[derive(Serialize)]
struct KeyPage {
    keys: Vec<String>,
    next: Option<String>,
}

impl Services {
    /// Adds the handlers of the programs' requests.
    pub fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        let stores = || self.stores.clone();
        let config = || self.config.clone();
        jsvm_http::services::add_to(builder)
            .async_handler(KEYVALUE_GET, {
                let stores = stores();
                move |store: Option<String>, key: String| {
                    let stores = stores.clone();
                    run_blocking(move || Ok(stores.get(store.as_deref(), &key)?.map(Bytes)))
                }
            })
            .async_handler(KEYVALUE_SET, {
                let stores = stores();
                move |store: Option<String>, key: String, Bytes(value): Bytes| {
                    let stores = stores.clone();
                    run_blocking(move || stores.set(store.as_deref(), &key, &value))
                }
            })
            .async_handler(KEYVALUE_DELETE, {
                let stores = stores();
                move |store: Option<String>, key: String| {
                    let stores = stores.clone();
                    run_blocking(move || stores.delete(store.as_deref(), &key))
                }
            })
            .async_handler(KEYVALUE_EXISTS, {
                let stores = stores();
                move |store: Option<String>, key: String| {
                    let stores = stores.clone();
                    run_blocking(move || Ok(stores.get(store.as_deref(), &key)?.is_some()))
                }
            })
            .async_handler(KEYVALUE_LIST, {
                let stores = stores();
                move |store: Option<String>, after: Option<String>| {
                    let stores = stores.clone();
                    run_blocking(move || {
                        let (keys, next) = stores.list(store.as_deref(), after.as_deref())?;
                        Ok(KeyPage { keys, next })
                    })
                }
            })
            .async_handler(KEYVALUE_INCREMENT, {
                let stores = stores();
                move |store: Option<String>, key: String, delta: i64| {
                    let stores = stores.clone();
                    run_blocking(move || {
                        let sum = stores.increment(store.as_deref(), &key, delta)?;
                        match sum.unsigned_abs() < 1 << 53 {
                            true => Ok(sum as f64),
                            false => Err(StoreError::Inexact { sum }),
                        }
                    })
                }
            })
            .async_handler(CONFIG_GET, {
                let config = config();
                move |name: String| {
                    let found = config.get(&name).cloned();
                    async { found }
                }
            })
            .async_handler(CONFIG_GET_ALL, {
                let config = config();
                move || {
                    let all: Vec<_> = config
                        .iter()
                        .map(|(name, value)| [name, value].map(String::clone))
                        .collect();
                    async { all }
                }
            })
    }
}

/// Runs work that may wait for a disk on a thread where blocking is allowed.
async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, HostError> {
    let done = tokio::task::spawn_blocking(work).await?;
    done.map_err(|error| HostError::type_error(error.to_string()))
}
