//! Tells the result of a build.

use std::path::Path;
use std::time::Duration;

use bytesize::ByteSize;
use jsvm_standalone::ComponentKind;

use super::Build;
use crate::command::output;

/// What was built.
pub(super) enum ReportKind {
    /// A component with a driver of `components/`, and its imports if it has any of a world.
    Component(ComponentKind, Vec<String>),
    /// A component for a world.
    World {
        name: String,
        imports: Vec<String>,
        /// The imports that the world itself does not have.
        added: Vec<String>,
    },
}

impl ReportKind {
    fn name(&self) -> &str {
        match self {
            ReportKind::Component(ComponentKind::Command, _) => "command",
            ReportKind::Component(
                ComponentKind::Service | ComponentKind::ServiceWithEnvironment,
                _,
            ) => "service",
            ReportKind::Component(..) => "http",
            ReportKind::World { name, .. } => name,
        }
    }

    /// The names of imports, if a world has a part in them.
    fn imports(&self) -> Option<&[String]> {
        match self {
            ReportKind::World { imports, .. } => Some(imports),
            ReportKind::Component(_, imports) if !imports.is_empty() => Some(imports),
            ReportKind::Component(..) => None,
        }
    }
}

/// The result of a build.
pub(super) struct Report {
    pub kind: ReportKind,
    pub size: usize,
    pub heap: u64,
    pub modules: usize,
    pub evaluation: Duration,
    pub total: Duration,
    pub left_out: Vec<String>,
}

impl Build {
    pub(super) fn report(&self, report: &Report) {
        let kind = report.kind.name();
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let (evaluation, total) = (milliseconds(report.evaluation), milliseconds(report.total));
        let text = if self.json {
            let mut json = serde_json::json!({
                "kind": kind,
                "file": self.output(),
                "bytes": report.size,
                "heapBytes": report.heap,
                "modules": report.modules,
                "evaluationMilliseconds": evaluation,
                "milliseconds": total,
                "leftOut": report.left_out,
            });
            if let ReportKind::World { name, .. } = &report.kind {
                json["kind"] = "world".into();
                json["world"] = name.as_str().into();
            }
            if let Some(imports) = report.kind.imports() {
                json["imports"] = imports.into();
            }
            json.to_string()
        } else {
            let size = |bytes: u64| ByteSize(bytes).display().iec();
            let (s, modules) = (if report.modules == 1 { "" } else { "s" }, report.modules);
            let mut text = format!(
                "{}: {kind}, {} ({} of heap, {modules} module{s}), in {total:.0} ms",
                self.output().display(),
                size(report.size as u64),
                size(report.heap),
            );
            if let ReportKind::World { added, .. } = &report.kind
                && !added.is_empty()
            {
                text += "\nAdded imports: ";
                text += &added.join(", ");
            }
            if let (Some(imports), true) = (report.kind.imports(), self.verbose) {
                text += "\nImports: ";
                text += &imports.join(", ");
            }
            if self.verbose {
                text += "\nLeft out: ";
                text += &report.left_out.join(", ");
            }
            text
        };
        if self.output() == Path::new("-") {
            output::print_error(&text);
        } else {
            output::print(&text);
        }
    }
}
