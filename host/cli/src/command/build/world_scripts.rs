//! `fetch`, `node:fs` and the console by interfaces of a world.

use std::collections::BTreeSet;

use jsvm::{Source, Value, Vm};
use jsvm_world::WorldSource;

use super::evaluate::Evaluated;
use super::fetch::add_identifiers;
use super::world::BuildWorld;

/// What a program may use of its host beside its world.
#[derive(Clone, Copy)]
pub struct HostUse {
    /// An option asks for `fetch` in a component for a world.
    pub fetch: bool,
    /// The host mounts files.
    pub files: bool,
    /// The host sets environment variables.
    pub environment: bool,
    /// The host collects logs.
    pub logs: bool,
}

impl HostUse {
    /// Whether the host collects the logs of a program.
    pub(super) fn logs_of(self, evaluated: &Evaluated) -> bool {
        self.logs && evaluated.identifiers().contains("console")
    }

    /// Whether a program may read the environment variables of the host.
    pub(super) fn environment_of(self, evaluated: &Evaluated) -> bool {
        self.environment && evaluated.identifiers().contains("process")
    }
}

/// Makes `node:fs` read mounted files.
const INSTALL_FILES: &str = "import fs from 'node:fs';
export const install = (files) => Object.assign(fs[Symbol.for('jsvm.files')], files);";

impl BuildWorld {
    /// Gives a program with exports of the world `fetch`, if it uses it.
    pub fn install_fetch(&self, vm: &Vm) -> anyhow::Result<()> {
        if self.fetches
            && let Some(requests) = self.source.fetch_requests(vm)?
        {
            jsvm_http::install_fetch_with(vm, &requests)?;
        }
        Ok(())
    }

    /// Makes the world of a program that has none, if it reads files that its host mounts, or if it writes to the
    /// console and its host collects logs.
    pub fn for_host(evaluated: &Evaluated, host: HostUse) -> anyhow::Result<Option<Self>> {
        let reads_files = host.files && evaluated.has_files()?;
        let logs = host.logs_of(evaluated);
        let mut source = match (reads_files, logs) {
            (true, _) => WorldSource::with_files()?,
            (false, true) => WorldSource::with_logging()?,
            (false, false) => return Ok(None),
        };
        if logs {
            source.add_logging()?;
        }
        Ok(Some(BuildWorld {
            source,
            added: Vec::new(),
            is_given: false,
            fetches: false,
            reads_files,
            reads_environment: false,
        }))
    }

    /// Adds the identifiers of the scripts that were installed.
    pub fn add_identifiers(&self, found: &mut BTreeSet<String>) {
        if self.fetches {
            add_identifiers(&self.source.fetch_script(), found);
        }
        if self.reads_files {
            add_identifiers(WorldSource::file_script(), found);
        }
    }

    /// Returns the function by which the program gets the environment variables of the host, if it reads them.
    pub fn environment(&self, vm: &Vm) -> anyhow::Result<Option<Value>> {
        match self.reads_environment {
            true => Ok(self.source.environment_function(vm)?),
            false => Ok(None),
        }
    }

    /// Makes `node:fs` read mounted files from now on, if the program uses it.
    pub fn install_files(&self, vm: &Vm) -> anyhow::Result<()> {
        if self.reads_files
            && let Some(files) = self.source.file_functions(vm)?
        {
            let module = Source::module(INSTALL_FILES).file_name("jsvm:install-files");
            let module = vm.eval(module)?;
            vm.run_jobs()?;
            module.promise_value()?.get("install")?.call((files,))?;
        }
        Ok(())
    }
}
