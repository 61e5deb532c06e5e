//! Permissions of programs that reach nothing but the network.

use clap::Args;
use jsvm_http::{EgressRules, EgressTarget};

use super::ALL;
use super::net::{NetTarget, denied_target, rules};

/// Permissions of programs that reach nothing but the network.
#[derive(Args)]
#[command(next_help_heading = "Permissions")]
pub struct NetOptions {
    /// Let programs reach the network: every host at public addresses, or these hosts, addresses
    /// and ranges, on one port or on all; can be repeated. Private addresses must be named:
    /// localhost, 127.0.0.1, 10.0.0.0/8
    #[arg(long, value_name = "HOST[:PORT],...", num_args = 0..=1, require_equals = true)]
    #[arg(value_delimiter = ',', default_missing_value = ALL, value_parser = NetTarget::parse)]
    allow_net: Vec<NetTarget>,

    /// Never let programs reach these hosts, addresses and ranges; can be repeated
    #[arg(long, value_name = "HOST[:PORT],...", require_equals = true)]
    #[arg(value_delimiter = ',', value_parser = denied_target)]
    deny_net: Vec<EgressTarget>,
}

impl NetOptions {
    /// Returns the rules.
    pub fn egress(&self) -> EgressRules {
        rules(&self.allow_net, &self.deny_net)
    }
}
