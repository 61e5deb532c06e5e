//! Settles requests with values from the command line.

use std::collections::BTreeSet;

use jsvm::{Error, HostError, Vm};

use super::call::Arguments;
use super::escape;
use super::session::Session;
use super::usage::Usage;

/// The maximum number of requests in a message.
const MAX_LISTED: usize = 8;

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
    let mut waits = Vec::from_iter(pending_requests(session)?);
    if session.vm().run_jobs_up_to(0)?.next_timer.is_some() {
        waits.push("timers".into());
    }
    Ok(format!(
        "jsvm: frozen with work in flight: {}",
        waits.join(" and ")
    ))
}

/// Describes the requests that a VM waits for, if there are any: "1 request (1: approve)".
pub fn still_pending(session: &Session) -> Result<Option<String>, Error> {
    let requests = session.vm().unsettled_requests()?;
    let shown = requests.iter().take(MAX_LISTED);
    let shown: Vec<String> = shown
        .map(|request| format!("{}: {}", request.id, request.name))
        .collect();
    let more = if requests.len() > MAX_LISTED {
        ", …"
    } else {
        ""
    };
    let shown = escape::one_line(&shown.join(", ")).into_owned();
    Ok(match requests.len() {
        0 => None,
        1 => Some(format!("1 request ({shown})")),
        count => Some(format!("{count} requests ({shown}{more})")),
    })
}

/// Describes the requests that a VM waits for by their names, if there are any.
fn pending_requests(session: &Session) -> Result<Option<String>, Error> {
    let requests = session.vm().unsettled_requests()?;
    Ok(match requests.as_slice() {
        [] => None,
        [request] => Some(format!("1 request ({})", request.name)),
        requests => {
            let names: BTreeSet<&str> = requests.iter().map(|r| &*r.name).collect();
            let names: Vec<&str> = names.into_iter().collect();
            Some(format!(
                "{} requests ({})",
                requests.len(),
                names.join(", ")
            ))
        }
    })
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
