//! Where examples run.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Mutex;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use jsvm_tests::process;
use libtest_mimic::Failed;
use serde::Deserialize;
use tempfile::TempDir;

use super::case::Case;
use super::examples;
use crate::make::jsvm_build;
use crate::run::Server;

/// How long a program may take to begin, on a slow machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(120);

/// Another server, for those that do without a network.
const NOWHERE: &str = "http://upstream.example";

/// Who runs an example.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `jsvm serve` with the program.
    Program,
    /// The built file, in this process, as `wasmtime serve` runs it.
    Component,
    /// `jsvm serve` with the built file.
    Served,
    /// The program `wasmtime`, with the built file.
    Wasmtime,
    /// The program `jco`, with the built file.
    Jco,
}

impl Kind {
    pub const ALL: [Kind; 5] = [
        Kind::Program,
        Kind::Component,
        Kind::Served,
        Kind::Wasmtime,
        Kind::Jco,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Kind::Program => "jsvm serve",
            Kind::Component => "built",
            Kind::Served => "jsvm serve, built",
            Kind::Wasmtime => "wasmtime serve",
            Kind::Jco => "jco serve",
        }
    }

    /// Whether it takes files of WASI 0.3.
    pub fn takes_services(self) -> bool {
        matches!(self, Kind::Component | Kind::Served | Kind::Wasmtime)
    }

    /// Whether it takes programs that are not of this repository.
    pub fn is_of_others(self) -> bool {
        matches!(self, Kind::Wasmtime | Kind::Jco)
    }
}

/// A program that serves.
pub struct Host {
    pub place: Place,
    /// What `{upstream}` is.
    pub upstream: String,
    _running: Vec<Running>,
    _folder: Option<TempDir>,
}

pub enum Place {
    Socket(SocketAddr),
    Here(Server),
}

impl Host {
    pub fn origin(&self) -> String {
        match &self.place {
            Place::Socket(address) => format!("http://{address}"),
            Place::Here(_) => "http://localhost".to_owned(),
        }
    }

    /// A text of a case.
    pub fn text(&self, text: &str) -> String {
        text.replace("{upstream}", &self.upstream)
            .replace("{origin}", &self.origin())
    }
}

/// A server in a process of its own.
struct Running {
    child: Child,
    /// What it prints.
    lines: Mutex<Receiver<String>>,
}

impl Running {
    fn start(
        program: &Path,
        folder: &Path,
        args: &[String],
        env: &[(&str, &str)],
    ) -> Result<Running, Failed> {
        let program = program.to_str().ok_or("the path is not Unicode")?;
        let (child, lines) = process::start(program, folder, args, env);
        let lines = Mutex::new(lines);
        Ok(Running { child, lines })
    }

    /// What stands behind this in a line that it prints.
    fn says(&self, start: &str) -> Result<String, Failed> {
        let lines = self.lines.lock().map_err(|_| "a test has panicked")?;
        let mut seen = Vec::new();
        loop {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) => match line.split_once(start) {
                    Some((_, rest)) => return Ok(rest.trim().to_owned()),
                    None => seen.push(line),
                },
                Err(error) => {
                    return Err(format!("{start:?} is not printed: {error}; {seen:#?}").into());
                }
            }
        }
    }

    /// Waits until it serves.
    fn address(&self) -> Result<SocketAddr, Failed> {
        Ok(self.says("http://")?.trim_end_matches('/').parse()?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The file of an example.
fn program(name: &str) -> Result<PathBuf, Failed> {
    let folder = examples().join(name);
    ["js", "ts", "tsx"]
        .into_iter()
        .map(|extension| folder.join("server").with_extension(extension))
        .find(|file| file.is_file())
        .ok_or_else(|| format!("there is no server in {}", folder.display()).into())
}

/// `jsvm serve`
fn serve(
    folder: &Path,
    file: &Path,
    flags: Vec<String>,
    env: &[(&str, &str)],
) -> Result<Running, Failed> {
    let mut args: Vec<String> = ["serve", "--addr", "127.0.0.1:0"].map(String::from).into();
    args.push(file.to_string_lossy().into_owned());
    args.extend(flags);
    let jsvm = Path::new(env!("CARGO_BIN_EXE_jsvm"));
    Running::start(jsvm, folder, &args, env)
}

/// Starts what serves an example; if it is built then for WASI 0.3 if it `is_service`.
pub async fn start(kind: Kind, is_service: bool, name: &str, case: &Case) -> Result<Host, Failed> {
    let mut running = Vec::new();
    // The other server is the one that sends back what it is sent.
    let is_wanted = case.build.iter().any(|flag| flag.contains("{upstream}"));
    let upstream = if is_wanted && kind != Kind::Component {
        let echo = serve(&examples(), &program("echo")?, Vec::new(), &[])?;
        let address = echo.address()?;
        running.push(echo);
        format!("http://{address}")
    } else {
        NOWHERE.to_owned()
    };
    let fill = |texts: &[String]| -> Vec<String> {
        let texts = texts.iter();
        texts
            .map(|text| text.replace("{upstream}", &upstream))
            .collect()
    };
    if kind == Kind::Program {
        let values = fill(&case.env.values().cloned().collect::<Vec<_>>());
        let names = case.env.keys().map(String::as_str);
        let env: Vec<_> = names.zip(values.iter().map(String::as_str)).collect();
        let folder = examples().join(name);
        let served = serve(&folder, &program(name)?, fill(&case.serve), &env)?;
        let place = Place::Socket(served.address()?);
        running.push(served);
        return Ok(Host {
            place,
            upstream,
            _running: running,
            _folder: None,
        });
    }
    let folder = TempDir::new()?;
    let file = folder.path().join("app.wasm");
    let flags = fill(&case.build);
    let mut flags: Vec<_> = flags.iter().map(String::as_str).collect();
    if is_service {
        flags.extend(["--kind", "service"]);
    }
    let output = jsvm_build(&program(name)?, &file, &flags);
    if !output.status.success() {
        return Err(format!(
            "it is not built: {}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    let place = match kind {
        Kind::Program | Kind::Component => Place::Here(Server::new(&file)),
        Kind::Served => {
            let served = serve(folder.path(), &file, fill(&case.serve), &[])?;
            let address = served.address()?;
            running.push(served);
            Place::Socket(address)
        }
        Kind::Wasmtime => {
            let mut args: Vec<String> = ["serve", "--addr", "127.0.0.1:0"].map(String::from).into();
            args.extend(case.wasmtime.iter().cloned());
            args.push("app.wasm".to_owned());
            let served = Running::start(&tool("wasmtime")?, folder.path(), &args, &[])?;
            let address = served.address()?;
            running.push(served);
            Place::Socket(address)
        }
        Kind::Jco => {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let args = [
                "serve",
                "app.wasm",
                "--isolate-requests",
                "instance",
                "--port",
            ];
            let mut args: Vec<String> = args.map(String::from).into();
            args.push(port.to_string());
            let served = Running::start(&tool("jco")?, folder.path(), &args, &[])?;
            served.says("listening")?;
            running.push(served);
            Place::Socket(([127, 0, 0, 1], port).into())
        }
    };
    Ok(Host {
        place,
        upstream,
        _running: running,
        _folder: Some(folder),
    })
}

/// A program that `./just test-servers` has installed.
fn tool(name: &str) -> Result<PathBuf, Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let places = [
        root.join(".tools/bin").join(name),
        root.join("tests/jco/node_modules/.bin").join(name),
    ];
    let found = places.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| format!("{name} is not installed: ./just test-servers does it").into())
}
