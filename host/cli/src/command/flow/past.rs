//! `jsvm flow fork` and `verify`

use clap::Args;
use jsvm_flow::{FlowId, ForkOutcome};

use super::store::StoreOption;
use super::{flow_id, say};
use crate::command::usage::Usage;

/// Starts another flow from the state of a flow at a turn.
///
/// Turns before the newest snapshot are not kept: `jsvm flow show --turns` lists those that are. Requests without an
/// outcome are sent again, with their idempotency keys. One of them can get another outcome.
#[derive(Args)]
pub struct Fork {
    /// The name of the flow
    #[arg(value_parser = flow_id)]
    id: FlowId,

    /// The name of the new flow
    #[arg(long, value_parser = flow_id, value_name = "ID")]
    to: FlowId,

    /// After which turn, as `jsvm flow show --turns` numbers them [default: the last]
    #[arg(long, value_name = "TURN")]
    at: Option<u64>,

    /// Fulfil a request that waits at that turn, by its number, with a value as JSON
    #[arg(long, value_name = "NUMBER=JSON", value_parser = numbered, conflicts_with_all = ["error", "response"])]
    outcome: Option<(u64, String)>,

    /// Reject a request with an error that has this message
    #[arg(long, value_name = "NUMBER=MESSAGE", value_parser = numbered, conflicts_with = "response")]
    error: Option<(u64, String)>,

    /// Answer a fetch with a status and a body
    #[arg(long, value_name = "NUMBER=STATUS[:BODY]", value_parser = numbered)]
    response: Option<(u64, String)>,

    #[command(flatten)]
    store: StoreOption,
}

/// Compares what is stored of a flow with its digests: recovers it, and discards the outcome.
#[derive(Args)]
pub struct Verify {
    /// The name of the flow
    #[arg(value_parser = flow_id)]
    id: FlowId,

    #[command(flatten)]
    store: StoreOption,
}

impl Fork {
    pub fn run(self) -> anyhow::Result<()> {
        let outcome = match (self.outcome, self.error, self.response) {
            (Some((number, text)), _, _) => Some((number, ForkOutcome::Value(text))),
            (_, Some((number, text)), _) => Some((number, ForkOutcome::Error(text))),
            (_, _, Some((number, text))) => Some((number, response(&text)?)),
            _ => None,
        };
        let mut flows = self.store.open()?;
        let turn = match self.at {
            Some(turn) => turn,
            None => flows.show(&self.id)?.turns,
        };
        match flows.fork(&self.id, &self.to, turn, outcome)? {
            true => say(&format!(
                "{} begins after turn {turn} of {}",
                self.to, self.id
            )),
            false => return Err(Usage(format!("the store has a flow {}", self.to)).into()),
        }
        Ok(())
    }
}

impl Verify {
    pub fn run(self) -> anyhow::Result<()> {
        self.store.open()?.verify(&self.id)?;
        say(&format!("{} can be recovered", self.id));
        Ok(())
    }
}

fn numbered(text: &str) -> Result<(u64, String), Usage> {
    let parts = text.split_once('=');
    let found = parts.and_then(|(number, rest)| Some((number.parse().ok()?, rest.to_owned())));
    found.ok_or_else(|| {
        Usage("expected the number of a request, =, and a text, such as 3=null".into())
    })
}

fn response(text: &str) -> Result<ForkOutcome, Usage> {
    let (status, body) = text.split_once(':').unwrap_or((text, ""));
    let status = status
        .parse()
        .ok()
        .filter(|status| (200..600).contains(status));
    let status = status.ok_or_else(|| Usage("expected a status from 200 to 599".into()))?;
    let body = body.to_owned();
    Ok(ForkOutcome::Response { status, body })
}
