//! Looking at flows.

use std::time::Duration;

use clap::Args;
use jsvm_flow::{FlowError, FlowId, FlowInside, FlowView, Flows, PastTurn, SqliteStore, Status};

use super::store::StoreOption;
use super::{flow_id, say, time};
use crate::command::usage::Usage;
use crate::command::{escape, output};

/// Lists flows, newest first.
#[derive(Args)]
pub struct List {
    /// Only flows that are running, completed, failed, cancelled or stopped
    #[arg(long, value_parser = status)]
    status: Option<Status>,

    /// How many flows are listed at most
    #[arg(long, value_name = "COUNT", default_value = "1000")]
    limit: usize,

    /// Print a JSON array
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: StoreOption,
}

/// Shows a flow.
#[derive(Args)]
pub struct Show {
    /// The name of the flow
    #[arg(value_parser = flow_id)]
    id: FlowId,

    /// List the turns since the newest snapshot, with what they got and requested
    #[arg(long)]
    turns: bool,

    /// Show where the flow waited after a turn that is kept
    #[arg(long, value_name = "TURN")]
    at: Option<u64>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: StoreOption,
}

/// Prints the log of a flow.
#[derive(Args)]
pub struct Logs {
    /// The name of the flow
    #[arg(value_parser = flow_id)]
    id: FlowId,

    /// Print further lines until the flow ends
    #[arg(long, short)]
    follow: bool,

    /// Print the time and the level of each line
    #[arg(long)]
    times: bool,

    #[command(flatten)]
    store: StoreOption,
}

/// Asks a flow a question.
#[derive(Args)]
pub struct Query {
    /// The name of the flow
    #[arg(value_parser = flow_id)]
    id: FlowId,

    /// The name of the query
    name: String,

    /// The arguments, as a JSON array
    #[arg(long, value_name = "JSON", default_value = "[]")]
    args: String,

    #[command(flatten)]
    store: StoreOption,
}

/// How often `logs --follow` looks for new lines.
const FOLLOW: Duration = Duration::from_millis(100);

impl List {
    pub fn run(self) -> anyhow::Result<()> {
        let flows = self.store.open()?.list(self.status, self.limit)?;
        if self.json {
            let flows: Vec<_> = flows.iter().map(view_json).collect::<Result<_, _>>()?;
            output::print(&serde_json::to_string(&flows)?);
            return Ok(());
        }
        let width = flows.iter().map(|flow| flow.id.as_str().len()).max();
        let width = width.unwrap_or(0);
        for flow in flows {
            let (id, status, changed) =
                (flow.id.as_str(), flow.status.as_str(), time(flow.changed));
            let line = format!("{id:width$}  {status:9}  {changed}  {}", summary(&flow));
            say(line.trim_end());
        }
        Ok(())
    }
}

/// A view as JSON, with the values of the program as JSON too.
fn view_json(flow: &FlowView) -> serde_json::Result<serde_json::Value> {
    let mut json = serde_json::to_value(flow)?;
    for field in ["result", "progress"] {
        if let Some(text) = json[field].as_str() {
            json[field] = serde_json::from_str(text)?;
        }
    }
    Ok(json)
}

/// What a flow waits for, or how it ended.
fn summary(flow: &FlowView) -> String {
    match (&flow.failure, &flow.result) {
        (Some(failure), _) => shortened(&failure.to_string()),
        (_, Some(result)) => shortened(result),
        _ if flow.status.is_ended() => String::new(),
        _ => format!("waits for {}", flow.waiting),
    }
}

/// Characters of a result that a list shows at most.
const MAX_SUMMARY: usize = 200;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SUMMARY) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

impl Show {
    pub fn run(self) -> anyhow::Result<()> {
        let mut flows = self.store.open()?;
        let flow = flows.show(&self.id)?;
        let turns = match self.turns {
            true => Some(flows.timeline(&self.id)?),
            false => None,
        };
        let inside = match self.at {
            Some(turn) => Some(flows.inspect_at(&self.id, turn)?),
            None => match flows.inspect(&self.id) {
                Ok(inside) => Some(inside),
                Err(FlowError::NoState { .. }) => None,
                Err(error) => return Err(error.into()),
            },
        };
        if self.json {
            let mut json = view_json(&flow)?;
            json["inside"] = serde_json::to_value(&inside)?;
            if let Some(turns) = turns {
                json["timeline"] = serde_json::to_value(turns)?;
            }
            output::print(&serde_json::to_string(&json)?);
            return Ok(());
        }
        let row = |label: &str, text: &str| {
            for (index, line) in text.lines().enumerate() {
                let label = if index == 0 { label } else { "" };
                output::print(&escape::lines(&format!("{label:10}{line}")));
            }
        };
        row("id", flow.id.as_str());
        row("program", &flow.program);
        if let Some(target) = &flow.target {
            row("moves to", target);
        }
        if let Some(refusal) = &flow.refusal {
            row("stays", refusal);
        }
        if let Some(lane) = &flow.lane {
            row("lane", lane);
        }
        row("status", flow.status.as_str());
        row("started", &time(flow.created));
        row("changed", &time(flow.changed));
        row("turns", &format!("{}, run {}", flow.turns, flow.run));
        if let Some(progress) = &flow.progress {
            row("progress", progress);
        }
        if let Some(result) = &flow.result {
            row("result", result);
        }
        if let Some(failure) = &flow.failure {
            row("error", &format!("{failure}\n{}", failure.stack));
        }
        if let Some(turn) = self.at {
            row("after", &format!("turn {turn}"));
        } else {
            if !flow.waiting.is_empty() {
                row("waits for", &flow.waiting);
            }
            if let Some(wake) = flow.wake {
                row("timer", &time(wake));
            }
        }
        if turns.as_ref().is_some_and(Vec::is_empty) {
            row("kept", "no turn: a snapshot has replaced all of them");
        }
        for turn in turns.unwrap_or_default() {
            row(&format!("turn {}", turn.turn), &describe_turn(&turn));
        }
        if let Some(inside) = inside {
            print_inside(&inside, row);
        }
        Ok(())
    }
}

fn print_inside(inside: &FlowInside, row: impl Fn(&str, &str)) {
    for (number, request) in &inside.requests {
        row("request", &format!("{number}: {request}"));
    }
    for frame in &inside.frames {
        let name = match &*frame.function {
            "" => "<anonymous>",
            name => name,
        };
        let mut text = format!("await in {name} at {}", frame.place);
        for (name, value) in &frame.variables {
            text.push_str(&format!("\n  {name} = {value}"));
        }
        row("where", &text);
    }
}

/// Describes a turn in lines.
fn describe_turn(turn: &PastTurn) -> String {
    let mut text = time(turn.wall);
    let got = match turn.inputs.is_empty() {
        true => "  timer".to_owned(),
        false => format!("  {}", turn.inputs.join(", ")),
    };
    text.push_str(&got);
    for (number, request) in &turn.requests {
        text.push_str(&format!("\n  -> {number}: {request}"));
    }
    for line in &turn.logs {
        text.push_str(&format!("\n  {}: {}", line.level, line.text));
    }
    text
}

/// Lists running flows by their code.
pub fn list_codes(flows: &mut Flows<SqliteStore>, json: bool) -> anyhow::Result<()> {
    let codes = flows.codes()?;
    if json {
        output::print(&serde_json::to_string(&codes)?);
        return Ok(());
    }
    for code in codes {
        say(&format!("{} {}", code.program, code.name));
        for flow in code.flows {
            let mut text = format!("  {}  waits for {}", flow.id, flow.waiting);
            if let Some(target) = &flow.target {
                text.push_str(&format!("; moves to {target} at its next checkpoint"));
            }
            if let Some(refusal) = &flow.refusal {
                text.push_str(&format!("; stays: {refusal}"));
            }
            say(&text);
        }
    }
    Ok(())
}

impl Logs {
    pub fn run(self) -> anyhow::Result<()> {
        let mut flows = self.store.open()?;
        let mut next = 0;
        loop {
            // Lines of the last turn are there when the flow has ended.
            let is_ended = flows.show(&self.id)?.status.is_ended();
            for (number, line) in flows.logs(&self.id, next)? {
                next = number + 1;
                match self.times {
                    true => say(&format!(
                        "{} {:5} {}",
                        time(line.wall),
                        line.level,
                        line.text
                    )),
                    false => say(&line.text),
                }
            }
            if !self.follow || is_ended {
                return Ok(());
            }
            output::flush();
            std::thread::sleep(FOLLOW);
        }
    }
}

impl Query {
    pub fn run(self) -> anyhow::Result<()> {
        let answer = self.store.open()?.query(&self.id, &self.name, &self.args)?;
        say(&answer);
        Ok(())
    }
}

fn status(text: &str) -> Result<Status, Usage> {
    Status::from_word(text)
        .ok_or_else(|| Usage("expected running, completed, failed, cancelled or stopped".into()))
}
