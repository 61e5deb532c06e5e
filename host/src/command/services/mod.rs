//! Key-value storage and settings for programs.

mod stores;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jsvm::services::{
    CONFIG_GET, CONFIG_GET_ALL, KEYVALUE_DELETE, KEYVALUE_EXISTS, KEYVALUE_GET, KEYVALUE_INCREMENT,
    KEYVALUE_LIST, KEYVALUE_SET,
};
use jsvm::{Bytes, HostError, VmBuilder};
use serde::Serialize;

use super::Usage;
pub use stores::{StoreError, Stores};

/// What the program finds in jsvm:keyvalue and jsvm:config
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Storage and settings")]
pub struct ServiceOptions {
    /// Keep key-value storage in this file, which is made if it is not there. By default it is in
    /// memory, and gone when the server ends
    #[arg(long, value_name = "FILE")]
    keyvalue: Option<PathBuf>,

    /// A setting; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    config: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), Usage> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Usage("not of the form NAME=VALUE".into())),
    }
}

impl ServiceOptions {
    /// Opens what they name.
    pub fn services(&self) -> Result<Services, Usage> {
        let stores = match &self.keyvalue {
            Some(path) => Stores::open(path)
                .map_err(|error| Usage(format!("--keyvalue {}: {error}", path.display())))?,
            None => Stores::in_memory(),
        };
        Ok(Services {
            stores: Arc::new(stores),
            config: Arc::new(self.config.iter().cloned().collect()),
        })
    }
}

/// What all VMs of a program share.
#[derive(Clone)]
pub struct Services {
    pub stores: Arc<Stores>,
    pub config: Arc<BTreeMap<String, String>>,
}

/// Some of the keys of a store.
#[derive(Serialize)]
struct Page {
    keys: Vec<String>,
    next: Option<String>,
}

impl Services {
    /// Adds what answers the requests of programs.
    pub fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        let stores = || self.stores.clone();
        let config = || self.config.clone();
        jsvm::services::add_to(builder)
            .async_handler(KEYVALUE_GET, {
                let stores = stores();
                move |store: Option<String>, key: String| {
                    let stores = stores.clone();
                    done(move || Ok(stores.get(store.as_deref(), &key)?.map(Bytes)))
                }
            })
            .async_handler(KEYVALUE_SET, {
                let stores = stores();
                move |store: Option<String>, key: String, Bytes(value): Bytes| {
                    let stores = stores.clone();
                    done(move || stores.set(store.as_deref(), &key, &value))
                }
            })
            .async_handler(KEYVALUE_DELETE, {
                let stores = stores();
                move |store: Option<String>, key: String| {
                    let stores = stores.clone();
                    done(move || stores.delete(store.as_deref(), &key))
                }
            })
            .async_handler(KEYVALUE_EXISTS, {
                let stores = stores();
                move |store: Option<String>, key: String| {
                    let stores = stores.clone();
                    done(move || Ok(stores.get(store.as_deref(), &key)?.is_some()))
                }
            })
            .async_handler(KEYVALUE_LIST, {
                let stores = stores();
                move |store: Option<String>, after: Option<String>| {
                    let stores = stores.clone();
                    done(move || {
                        let (keys, next) = stores.list(store.as_deref(), after.as_deref())?;
                        Ok(Page { keys, next })
                    })
                }
            })
            .async_handler(KEYVALUE_INCREMENT, {
                let stores = stores();
                move |store: Option<String>, key: String, delta: i64| {
                    let stores = stores.clone();
                    done(move || {
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

/// Does what may wait for a disk on a thread that may.
async fn done<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, HostError> {
    let done = tokio::task::spawn_blocking(work).await?;
    done.map_err(|error| HostError::type_error(error.to_string()))
}
