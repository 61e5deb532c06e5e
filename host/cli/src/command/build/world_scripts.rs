//! `fetch` and `node:fs` by interfaces of a world.

use std::collections::BTreeSet;

use jsvm::{Source, Vm};
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

    /// Makes the world of a program that has none, if it reads files that its host mounts.
    pub fn for_files(evaluated: &Evaluated, host: HostUse) -> anyhow::Result<Option<Self>> {
        if !host.files || !evaluated.has_files()? {
            return Ok(None);
        }
        Ok(Some(BuildWorld {
            source: WorldSource::with_files()?,
            added: Vec::new(),
            is_given: false,
            fetches: false,
            reads_files: true,
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
