//! Settles requests with values from the command line.

use std::collections::BTreeSet;

use jsvm::{Error, HostError, Vm};

use super::call::Arguments;
use super::session::Session;
use super::usage::Usage;

/// The id of a request and the text after `=`.
#[derive(Clone, Debug)]
pub struct Settlement {
    id: u64,
    text: String,
}

impl Settlement {
    pub fn parse(text: &str) -> Result<Settlement, Usage> {
        let outcome = text.split_once('=').and_then(|(id, text)| {
            Some(Settlement {
                id: id.parse().ok()?,
                text: text.to_owned(),
            })
        });
        outcome.ok_or_else(|| Usage("expected ID=VALUE. `jsvm inspect` shows the ids".into()))
    }
}

/// Fulfils and rejects pending requests.
pub fn settle(
    vm: &Vm,
    fulfilled: &[Settlement],
    rejected: &[Settlement],
    arguments: &Arguments,
) -> anyhow::Result<()> {
    for Settlement { id, text } in fulfilled {
        let value = arguments.read(text)?;
        check(vm.settle(*id, Ok(value))?, *id, vm)?;
    }
    for Settlement { id, text } in rejected {
        let reason = HostError::new(text.clone());
        check(vm.settle::<()>(*id, Err(reason))?, *id, vm)?;
    }
    Ok(())
}

/// Describes the timers and requests that a frozen VM waits for.
pub fn pending(session: &Session) -> Result<String, Error> {
    let requests = session.vm().unsettled_requests()?;
    let mut waits = Vec::new();
    match requests.as_slice() {
        [] => {}
        [request] => waits.push(format!("1 request ({})", request.name)),
        requests => {
            let names: BTreeSet<&str> = requests.iter().map(|r| &*r.name).collect();
            let names: Vec<&str> = names.into_iter().collect();
            waits.push(format!(
                "{} requests ({})",
                requests.len(),
                names.join(", ")
            ));
        }
    }
    if session.vm().run_jobs_up_to(0)?.next_timer.is_some() {
        waits.push("timers".into());
    }
    Ok(format!(
        "jsvm: frozen with work in flight: {}",
        waits.join(" and ")
    ))
}

fn check(was_there: bool, id: u64, vm: &Vm) -> anyhow::Result<()> {
    if was_there {
        return Ok(());
    }
    let ids: Vec<String> = vm
        .unsettled_requests()?
        .iter()
        .map(|request| request.id.to_string())
        .collect();
    let known = match ids.as_slice() {
        [] => "no request is pending".to_owned(),
        ids => format!("pending requests: {}", ids.join(", ")),
    };
    Err(Usage(format!("cannot settle request {id}; {known}")).into())
}
