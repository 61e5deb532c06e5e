//! Names of hosts, and which addresses a program found by them.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jsvm::HostError;
use jsvm_http::LookupError;

use super::super::error::coded;
use crate::command::permissions::{self, Permissions};

/// The maximum number of addresses that are remembered.
const MAX_REMEMBERED: usize = 1024;

/// The names that each address was found by: a program connects to addresses, and rules allow names.
#[derive(Default)]
pub struct Names(Mutex<Found>);

#[derive(Default)]
struct Found {
    names: HashMap<IpAddr, Vec<String>>,
    /// The oldest first.
    order: VecDeque<IpAddr>,
}

impl Names {
    /// Resolves a name.
    pub async fn lookup(
        &self,
        permissions: &Permissions,
        name: &str,
    ) -> Result<Vec<String>, HostError> {
        let found = match permissions.egress().lookup(name).await {
            // Who may listen at it may know what it is.
            Err(LookupError::Refused(_)) if name == "localhost" && permissions.listens() => {
                let found = tokio::net::lookup_host((name, 0)).await?;
                return Ok(found.map(|address| address.ip().to_string()).collect());
            }
            found => found,
        };
        let addresses = found.map_err(|error| match error {
            LookupError::Refused(refused) => permissions::net::denied(&refused),
            // The standard library has no kinds of these.
            error if error.to_string().contains("Temporary failure") => coded(
                "Error",
                &format!("getaddrinfo EAI_AGAIN {name}"),
                "EAI_AGAIN",
            ),
            _ => coded(
                "Error",
                &format!("getaddrinfo ENOTFOUND {name}"),
                "ENOTFOUND",
            ),
        })?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for address in &addresses {
            known.add(*address, name);
        }
        Ok(addresses.iter().map(IpAddr::to_string).collect())
    }

    /// The names that an address was found by.
    pub fn of(&self, address: IpAddr) -> Vec<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.names.get(&address).cloned().unwrap_or_default()
    }
}

impl Found {
    fn add(&mut self, address: IpAddr, name: &str) {
        if !self.names.contains_key(&address) {
            if self.order.len() >= MAX_REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.names.remove(&oldest);
            }
            self.order.push_back(address);
        }
        let names = self.names.entry(address).or_default();
        // Few names share an address; a program that has many of one remembers the last.
        if !names.iter().any(|known| known == name) {
            if names.len() >= MAX_NAMES {
                names.remove(0);
            }
            names.push(name.to_owned());
        }
    }
}

/// The maximum number of names of one address.
const MAX_NAMES: usize = 16;
