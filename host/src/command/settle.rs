//! Outcomes of requests, as they are typed.

use std::collections::BTreeSet;

use jsvm::{Error, HostError, Vm};

use super::Usage;
use super::call::Arguments;
use super::session::Session;

/// The number of a request and what comes after `=`.
#[derive(Clone, Debug)]
pub struct Outcome {
    id: u64,
    text: String,
}

impl Outcome {
    pub fn parse(text: &str) -> Result<Outcome, Usage> {
        let outcome = text.split_once('=').and_then(|(id, text)| {
            Some(Outcome {
                id: id.parse().ok()?,
                text: text.to_owned(),
            })
        });
        outcome.ok_or_else(|| {
            Usage("not of the form ID=VALUE with an id that `jsvm inspect` shows".into())
        })
    }
}

/// Fulfils and rejects requests.
pub fn settle(
    vm: &Vm,
    fulfilled: &[Outcome],
    rejected: &[Outcome],
    arguments: &Arguments,
) -> anyhow::Result<()> {
    for Outcome { id, text } in fulfilled {
        let value = arguments.read(text)?;
        check(vm.settle(*id, Ok(value))?, *id, vm)?;
    }
    for Outcome { id, text } in rejected {
        let reason = HostError::new(text.clone());
        check(vm.settle::<()>(*id, Err(reason))?, *id, vm)?;
    }
    Ok(())
}

/// Says what a VM waits for that is frozen.
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
    if session.vm().run_some_jobs(0)?.next_timer.is_some() {
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
        [] => "none is pending".to_owned(),
        ids => format!("these are: {}", ids.join(", ")),
    };
    Err(Usage(format!("request {id} is not pending; {known}")).into())
}
