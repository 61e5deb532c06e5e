//! `wasi:keyvalue` for components, in the versions of wasmtime and of Spin.

use wasmtime::component::{Linker, ResourceTableError};

use super::guest::Guest;
use crate::command::services::{StoreError, Stores};

/// An open store, by its name.
pub struct Bucket {
    name: String,
}

/// The error of an operation.
pub enum Failure {
    Other(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::Other(error.to_string())
    }
}

impl From<ResourceTableError> for Failure {
    fn from(error: ResourceTableError) -> Self {
        Failure::Other(error.to_string())
    }
}

/// The cursor of a version: where the next page of keys begins.
trait Pages: Sized {
    /// Returns a page, and the cursor of the next.
    fn list(
        stores: &Stores,
        name: Option<&str>,
        page: Option<Self>,
    ) -> Result<(Vec<String>, Option<Self>), Failure>;
}

impl Pages for String {
    fn list(
        stores: &Stores,
        name: Option<&str>,
        page: Option<String>,
    ) -> Result<(Vec<String>, Option<String>), Failure> {
        Ok(stores.list(name, page.as_deref())?)
    }
}

/// The stores have no numbered pages, so the only page has all keys.
impl Pages for u64 {
    fn list(
        stores: &Stores,
        name: Option<&str>,
        _: Option<u64>,
    ) -> Result<(Vec<String>, Option<u64>), Failure> {
        let (mut all, mut next) = stores.list(name, None)?;
        while let Some(after) = next {
            let (keys, more) = stores.list(name, Some(&after))?;
            all.extend(keys);
            next = more;
        }
        Ok((all, None))
    }
}

macro_rules! version {
    ($name:ident, $path:literal, $cursor:ty, $number:ty) => {
        mod $name {
            use wasmtime::component::Resource;

            use super::super::guest::Guest;
            use super::{Bucket, Failure, Pages};

            wasmtime::component::bindgen!({
                path: $path,
                world: "imports",
                with: { "wasi:keyvalue/store.bucket": crate::command::serve::component::keyvalue::Bucket },
                trappable_error_type: { "wasi:keyvalue/store.error" => crate::command::serve::component::keyvalue::Failure },
                imports: { default: trappable },
            });

            use wasi::keyvalue::{atomics, batch, store};

            type Value = Option<(String, Vec<u8>)>;

            impl store::Host for Guest {
                fn open(&mut self, name: String) -> Result<Resource<Bucket>, Failure> {
                    Ok(self.table.push(Bucket { name })?)
                }

                fn convert_error(&mut self, failure: Failure) -> wasmtime::Result<store::Error> {
                    let Failure::Other(reason) = failure;
                    Ok(store::Error::Other(reason))
                }
            }

            impl store::HostBucket for Guest {
                fn get(&mut self, bucket: Resource<Bucket>, key: String) -> Result<Option<Vec<u8>>, Failure> {
                    let name = Some(&*self.table.get(&bucket)?.name);
                    Ok(self.shared.services.stores.get(name, &key)?)
                }

                fn set(&mut self, bucket: Resource<Bucket>, key: String, value: Vec<u8>) -> Result<(), Failure> {
                    let name = Some(&*self.table.get(&bucket)?.name);
                    Ok(self.shared.services.stores.set(name, &key, &value)?)
                }

                fn delete(&mut self, bucket: Resource<Bucket>, key: String) -> Result<(), Failure> {
                    let name = Some(&*self.table.get(&bucket)?.name);
                    Ok(self.shared.services.stores.delete(name, &key)?)
                }

                fn exists(&mut self, bucket: Resource<Bucket>, key: String) -> Result<bool, Failure> {
                    Ok(store::HostBucket::get(self, bucket, key)?.is_some())
                }

                fn list_keys(
                    &mut self,
                    bucket: Resource<Bucket>,
                    cursor: Option<$cursor>,
                ) -> Result<store::KeyResponse, Failure> {
                    let name = Some(&*self.table.get(&bucket)?.name);
                    let stores = &self.shared.services.stores;
                    let (keys, cursor) = <$cursor as Pages>::list(stores, name, cursor)?;
                    Ok(store::KeyResponse { keys, cursor })
                }

                fn drop(&mut self, bucket: Resource<Bucket>) -> wasmtime::Result<()> {
                    self.table.delete(bucket)?;
                    Ok(())
                }
            }

            impl atomics::Host for Guest {
                fn increment(
                    &mut self,
                    bucket: Resource<Bucket>,
                    key: String,
                    delta: $number,
                ) -> Result<$number, Failure> {
                    let name = Some(&*self.table.get(&bucket)?.name);
                    let too_large = |_| Failure::Other("the sum is too large".to_owned());
                    let delta = delta.try_into().map_err(too_large)?;
                    let sum = self.shared.services.stores.increment(name, &key, delta)?;
                    sum.try_into().map_err(too_large)
                }
            }

            impl batch::Host for Guest {
                fn get_many(&mut self, bucket: Resource<Bucket>, keys: Vec<String>) -> Result<Vec<Value>, Failure> {
                    let name = Some(&*self.table.get(&bucket)?.name);
                    let mut values = Vec::new();
                    for key in keys {
                        let value = self.shared.services.stores.get(name, &key)?;
                        values.push(value.map(|value| (key, value)));
                    }
                    Ok(values)
                }

                fn set_many(
                    &mut self,
                    bucket: Resource<Bucket>,
                    values: Vec<(String, Vec<u8>)>,
                ) -> Result<(), Failure> {
                    let name = Some(&*self.table.get(&bucket)?.name);
                    for (key, value) in values {
                        self.shared.services.stores.set(name, &key, &value)?;
                    }
                    Ok(())
                }

                fn delete_many(&mut self, bucket: Resource<Bucket>, keys: Vec<String>) -> Result<(), Failure> {
                    let name = Some(&*self.table.get(&bucket)?.name);
                    for key in keys {
                        self.shared.services.stores.delete(name, &key)?;
                    }
                    Ok(())
                }
            }

            pub fn add_to_linker(linker: &mut wasmtime::component::Linker<Guest>) -> wasmtime::Result<()> {
                type Itself = wasmtime::component::HasSelf<Guest>;
                store::add_to_linker::<_, Itself>(linker, |guest| guest)?;
                atomics::add_to_linker::<_, Itself>(linker, |guest| guest)?;
                batch::add_to_linker::<_, Itself>(linker, |guest| guest)
            }
        }
    };
}

version!(wasmtime_version, "wit/keyvalue-wasmtime", u64, u64);
version!(spin_version, "wit/keyvalue-spin", String, i64);

pub fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_version::add_to_linker(linker)?;
    spin_version::add_to_linker(linker)
}
