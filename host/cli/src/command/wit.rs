//! Reads the world that options name.

use std::path::Path;

use clap::Args;
use jsvm_world::{Features, WorldSource};

use super::usage::Usage;

/// Gates of WIT that are open.
#[derive(Args)]
pub struct WitFeatures {
    /// Open a gate of the WIT: items that are marked @unstable(feature = NAME); can be repeated
    #[arg(
        long,
        value_name = "NAME",
        requires = "wit",
        conflicts_with = "wit_all_features"
    )]
    wit_feature: Vec<String>,

    /// Open all gates of the WIT
    #[arg(long, requires = "wit")]
    wit_all_features: bool,
}

impl WitFeatures {
    /// The features that the options name.
    pub fn features(&self) -> Features {
        match self.wit_all_features {
            true => Features::All,
            false => Features::Some(self.wit_feature.clone()),
        }
    }

    /// The options again, for commands that a text shows.
    pub fn as_options(&self) -> String {
        if self.wit_all_features {
            return " --wit-all-features".to_owned();
        }
        let names = self.wit_feature.iter();
        names.map(|name| format!(" --wit-feature {name}")).collect()
    }
}

/// Reads a world. Without a name it is the only one.
pub fn read_world(
    wit: &Path,
    name: Option<&str>,
    features: Features,
) -> Result<WorldSource, Usage> {
    WorldSource::read_with(wit, name, features).map_err(|error| Usage(error.to_string()))
}
