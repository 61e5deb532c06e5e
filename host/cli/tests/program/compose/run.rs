//! Runs components as `wasmtime run` does, with the settings that it has by default.

use std::path::Path;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::add_to_linker_sync;
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};

pub struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl State {
    pub fn new(wasi: WasiCtx) -> State {
        State {
            wasi,
            table: ResourceTable::new(),
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// A component that was compiled.
pub struct Program {
    pub component: Component,
    pub linker: Linker<State>,
}

/// What a program did.
pub struct Run {
    pub is_success: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    /// It must not import anything but WASI.
    pub fn new(bytes: &[u8]) -> Program {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        add_to_linker_sync(&mut linker).unwrap();
        let component = Component::new(&engine, bytes).unwrap();
        Program { component, linker }
    }

    /// Runs it, with one folder at most that it can see.
    pub fn run(&self, args: &[&str], stdin: &[u8], folder: Option<&Path>) -> Run {
        let output = || MemoryOutputPipe::new(1 << 20);
        let (stdout, stderr) = (output(), output());
        let mut wasi = WasiCtx::builder();
        wasi.stdin(MemoryInputPipe::new(stdin.to_vec()))
            .stdout(stdout.clone())
            .stderr(stderr.clone())
            .args(args);
        if let Some(folder) = folder {
            wasi.preopened_dir(folder, "/", FsPerms::ReadWrite).unwrap();
        }
        let mut store = Store::new(self.linker.engine(), State::new(wasi.build()));
        let command = Command::instantiate(&mut store, &self.component, &self.linker).unwrap();
        let result = command.wasi_cli_run().call_run(&mut store).unwrap();
        let text = |pipe: MemoryOutputPipe| String::from_utf8(pipe.contents().to_vec()).unwrap();
        Run {
            is_success: result.is_ok(),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }
}
