//! `wasi:config` for components, in the versions of wasmtime and of Spin.

use wasmtime::component::{HasSelf, Linker};

use super::guest::Guest;

macro_rules! version {
    ($name:ident, $path:literal) => {
        mod $name {
            use super::super::guest::Guest;

            wasmtime::component::bindgen!({
                path: $path,
                world: "imports",
            });

            impl wasi::config::store::Host for Guest {
                fn get(&mut self, key: String) -> Result<Option<String>, wasi::config::store::Error> {
                    Ok(self.shared.services.config.get(&key).cloned())
                }

                fn get_all(&mut self) -> Result<Vec<(String, String)>, wasi::config::store::Error> {
                    let all = self.shared.services.config.iter();
                    Ok(all.map(|(name, value)| (name.clone(), value.clone())).collect())
                }
            }
        }
    };
}

version!(wasmtime_version, "wit/config-wasmtime");
version!(spin_version, "wit/config-spin");

pub fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_version::wasi::config::store::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)?;
    spin_version::wasi::config::store::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)
}
