//! The files of new projects.

use clap::ValueEnum;

/// What a project is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TemplateKind {
    /// A server with a fetch handler
    Http,
    /// A command
    Command,
    /// A component that an application loads, with a WIT world to begin with
    Plugin,
    /// A component for a WIT world to begin with
    World,
}

/// The files of a template that differ from those of others.
pub struct Template {
    pub about: &'static str,
    /// The text of `wit/world.wit`, if the project is for a world.
    pub wit: Option<&'static str>,
    /// Sources by their paths.
    pub sources: &'static [(&'static str, &'static str)],
}

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("templates/", $name))
    };
}

pub const TS_CONFIG: &str = file!("tsconfig.json");
pub const PACKAGE: &str = file!("package.json");
pub const GIT_IGNORE: &str = file!("gitignore");
pub const README: &str = file!("README.md");

impl TemplateKind {
    pub fn template(self) -> Template {
        match self {
            TemplateKind::Http => Template {
                about: "A server with a `fetch` handler.",
                wit: None,
                sources: &[
                    ("src/app.ts", file!("http/app.ts")),
                    ("src/greeting.ts", file!("http/greeting.ts")),
                    ("test/app.test.ts", file!("http/test.ts")),
                ],
            },
            TemplateKind::Command => Template {
                about: "A command.",
                wit: None,
                sources: &[
                    ("src/app.ts", file!("command/app.ts")),
                    ("src/greeting.ts", file!("command/greeting.ts")),
                    ("test/app.test.ts", file!("command/test.ts")),
                ],
            },
            TemplateKind::Plugin => Template {
                about: "A plugin of an application: a component for the world in `wit/`.",
                wit: Some(file!("plugin/world.wit")),
                sources: &[
                    ("src/app.ts", file!("plugin/app.ts")),
                    ("test/app.test.ts", file!("plugin/test.ts")),
                ],
            },
            TemplateKind::World => Template {
                about: "A component for the world in `wit/`.",
                wit: Some(file!("world/world.wit")),
                sources: &[
                    ("src/app.ts", file!("world/app.ts")),
                    ("test/app.test.ts", file!("world/test.ts")),
                ],
            },
        }
    }
}
