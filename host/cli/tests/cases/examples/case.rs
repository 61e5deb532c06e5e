//! What an example is asked, as it is written down.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::host::Kind;

/// A file of `tests/cases/examples`. In all of its texts `{upstream}` is where another server is, and
/// `{origin}` where the program is served.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Flags of `jsvm serve`.
    #[serde(default)]
    pub serve: Vec<String>,
    /// Environment variables of `jsvm serve`.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Flags of `jsvm build`.
    #[serde(default)]
    pub build: Vec<String>,
    /// Flags of `wasmtime serve`.
    #[serde(default)]
    pub wasmtime: Vec<String>,
    /// Where it runs; everywhere by default.
    hosts: Option<Vec<Kind>>,
    pub requests: Vec<Asked>,
}

impl Case {
    pub fn runs_on(&self, kind: Kind) -> bool {
        self.hosts
            .as_ref()
            .is_none_or(|hosts| hosts.contains(&kind))
    }
}

/// A request, and what is to come of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default = "get")]
    pub method: String,
    pub path: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Pieces of the body. Each is sent when the response has brought the one before it.
    #[serde(default)]
    pub send: Vec<String>,

    #[serde(default = "ok")]
    pub status: u16,
    /// Headers of the response; `null` for one that must not be there.
    #[serde(default)]
    pub has: BTreeMap<String, Option<String>>,
    /// The whole body.
    pub body: Option<String>,
    /// What is in the body, in this order.
    #[serde(default)]
    pub contains: Vec<String>,
    /// What is not.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// The client leaves when it has read this, so that what is left need not ever be made.
    pub until: Option<String>,
    /// On which hosts it is asked; on all by default.
    hosts: Option<Vec<Kind>>,
    /// Whether it is asked of files for WASI 0.3 only, or of all else only.
    service: Option<bool>,
}

impl Asked {
    pub fn is_for(&self, kind: Kind, is_service: bool) -> bool {
        let hosts = self.hosts.as_ref();
        hosts.is_none_or(|hosts| hosts.contains(&kind))
            && self.service.is_none_or(|service| service == is_service)
    }
}

fn get() -> String {
    "GET".to_owned()
}

fn ok() -> u16 {
    200
}
