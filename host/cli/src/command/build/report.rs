//! Tells the result of a build.

use std::path::Path;
use std::time::Duration;

use bytesize::ByteSize;
use jsvm_standalone::ComponentKind;

use super::Build;
use crate::command::output;

/// What was built.
pub(super) enum ReportKind {
    /// A component with a driver of `components/`.
    Component(ComponentKind),
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
            ReportKind::Component(ComponentKind::Command) => "command",
            ReportKind::Component(
                ComponentKind::Service | ComponentKind::ServiceWithEnvironment,
            ) => "service",
            ReportKind::Component(_) => "http",
            ReportKind::World { name, .. } => name,
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
            if let ReportKind::World { name, imports, .. } = &report.kind {
                json["kind"] = "world".into();
                json["world"] = name.as_str().into();
                json["imports"] = imports.clone().into();
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
            if let ReportKind::World { added, imports, .. } = &report.kind {
                if !added.is_empty() {
                    text += "\nAdded imports: ";
                    text += &added.join(", ");
                }
                if self.verbose {
                    text += "\nImports: ";
                    text += &imports.join(", ");
                }
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
