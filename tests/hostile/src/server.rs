//! Runs cases of the server: hostile handlers and clients, and good requests beside them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::child::peak;
use super::client::{attack, good_request};
use super::context::Context;
use super::stage::MEMORY;
use super::verdict::{Allowed, Failure, FailureKind, LATE, panicked};

/// How many requests run at the same time.
const CONCURRENT: u64 = 4;

/// How long good requests may go without an answer after an attack.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time limit of the server for its own end.
const SHUTDOWN: Duration = Duration::from_secs(1);

/// The program of the server.
fn handler(statements: &str) -> String {
    format!(
        "export default {{ async fetch(request) {{
            if (new URL(request.url).pathname === '/ok') return new Response('fine');
            {statements}
            return new Response('end');
        }} }};"
    )
}

/// The server with all that it printed.
struct Server {
    child: Child,
    address: SocketAddr,
    lines: Receiver<String>,
}

impl Server {
    fn start(program: &Path, folder: &Path) -> anyhow::Result<Server> {
        let mut child = Command::new(program)
            .args([
                "serve",
                "main.mjs",
                "--addr",
                "127.0.0.1:0",
                "--threads",
                "2",
            ])
            .args(["--memory", &format!("{}MiB", MEMORY >> 20)])
            .args(["--timeout", "1s", "--busy-timeout", "500ms"])
            .args(["--header-timeout", "1s", "--shutdown-timeout", "1s"])
            .args(["--max-concurrent", &CONCURRENT.to_string()])
            .current_dir(folder)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let (sender, lines) = channel();
        let stderr = child.stderr.take().context("no pipe")?;
        thread::spawn(move || {
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
            }
        });
        let started = Instant::now();
        loop {
            let line = lines.recv_timeout(Duration::from_secs(20));
            let line = match line {
                Ok(line) if started.elapsed() < Duration::from_secs(20) => line,
                _ => {
                    child.kill()?;
                    child.wait()?;
                    anyhow::bail!("the server does not start");
                }
            };
            if let Some((_, address)) = line.split_once("serving on http://") {
                let address = address.trim().parse()?;
                return Ok(Server {
                    child,
                    address,
                    lines,
                });
            }
        }
    }

    /// Checks the server after an attack.
    fn check(&mut self, allowed: Allowed) -> anyhow::Result<Option<Failure>> {
        let started = Instant::now();
        let mut answered = false;
        while !answered && started.elapsed() < PATIENCE {
            answered = good_request(self.address, PATIENCE);
        }
        let most = peak(self.child.id()).unwrap_or(0);
        if let Some(status) = self.child.try_wait()? {
            let kind = match status.code() {
                Some(_) => FailureKind::Ended,
                None => FailureKind::Signal,
            };
            return Ok(Some(Failure::new(
                kind,
                format!("the server ended: {status}"),
            )));
        }
        if !answered {
            let detail = format!(
                "a good request has no answer after {:.1?}",
                started.elapsed()
            );
            return Ok(Some(Failure::new(FailureKind::Unanswered, detail)));
        }
        if most > allowed.most_memory() {
            let (most, allowed) = (most >> 20, allowed.most_memory() >> 20);
            let detail = format!("{most} MiB, {allowed} MiB are allowed");
            return Ok(Some(Failure::new(FailureKind::Memory, detail)));
        }
        Ok(None)
    }

    /// Asks the server to end, and sees to it that it does.
    fn stop(mut self) -> anyhow::Result<Option<Failure>> {
        let process = rustix::process::Pid::from_child(&self.child);
        let started = Instant::now();
        rustix::process::kill_process(process, rustix::process::Signal::TERM)?;
        let limit = SHUTDOWN + LATE;
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break Some(status);
            }
            if started.elapsed() > limit + Duration::from_secs(2) {
                self.child.kill()?;
                self.child.wait()?;
                break None;
            }
            thread::sleep(Duration::from_millis(5));
        };
        let elapsed = started.elapsed();
        let printed: Vec<_> = self.lines.iter().collect();
        let printed = printed.join("\n");
        if panicked(&printed) {
            return Ok(Some(Failure::new(FailureKind::Panic, printed)));
        }
        if status.is_some_and(|status| status.code().is_none()) {
            let detail = format!("the server ended: {status:?}");
            return Ok(Some(Failure::new(FailureKind::Signal, detail)));
        }
        if elapsed > limit {
            let detail = format!("the server ended {elapsed:.1?} after SIGTERM");
            return Ok(Some(Failure::new(FailureKind::Late, detail)));
        }
        Ok(None)
    }
}

/// Runs a case.
pub fn run(
    context: &Context,
    folder: &Path,
    handler_shape: usize,
    client: usize,
    seed: u64,
) -> anyhow::Result<Option<Failure>> {
    let shapes = &context.shapes;
    let text = handler(&shapes.handler[handler_shape].text(1));
    fs::write(folder.join("main.mjs"), text)?;
    fs::write(folder.join("package.json"), "{}")?;
    fs::write(
        folder.join("client.txt"),
        format!("{:#?}\nseed of frames: {seed}\n", shapes.client[client]),
    )?;
    let mut server = Server::start(&context.program, folder)?;
    let allowed = Allowed {
        memory: MEMORY * CONCURRENT,
        sandbox: 0,
        time: SHUTDOWN,
    };
    attack(&shapes.client[client], server.address, seed);
    let failure = server.check(allowed);
    let stopped = server.stop();
    Ok(failure?.or(stopped?))
}
