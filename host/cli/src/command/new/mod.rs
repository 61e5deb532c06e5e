//! `jsvm new`

mod project;
mod template;
mod wit_files;

use std::path::PathBuf;

use clap::Args;

use self::project::Project;
use self::template::TemplateKind;
use super::output;
use super::usage::Usage;
use super::wit::{WitFeatures, read_world};

/// Start a project
///
/// Creates a folder with a program in TypeScript, declarations, a test, and a README.md with the
/// commands. For a WIT world, the WIT is copied into the folder, and the program has each export of
/// the world. Nothing is downloaded.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm new shop                       Start a server with a fetch handler\n  \
    jsvm new report --template command\n  \
    jsvm new greeter --template world   Start with a small WIT world\n  \
    jsvm new rules --wit ../host/wit --world rules")]
pub struct New {
    /// The folder, which must not exist or be empty. Its name is that of the project
    folder: PathBuf,

    /// What the project is for
    #[arg(long, value_enum, default_value_t = TemplateKind::Http, conflicts_with = "wit")]
    template: TemplateKind,

    /// The WIT of a world: a file, or a folder with its folder deps
    #[arg(long, value_name = "PATH")]
    wit: Option<PathBuf>,

    /// The world, if there are several
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    #[command(flatten)]
    features: WitFeatures,
}

impl New {
    pub fn run(self) -> anyhow::Result<()> {
        let name = self.folder.file_name().and_then(|name| name.to_str());
        let name = name.filter(|name| is_name(name)).ok_or_else(|| {
            Usage(format!(
                "{} is no name for a project: use lower-case letters, digits, - and _",
                self.folder.display()
            ))
        })?;
        // Read first: a folder that is half done would be in the way of the next try.
        let world = match &self.wit {
            Some(wit) => Some(read_world(
                wit,
                self.world.as_deref(),
                self.features.features(),
            )?),
            None => None,
        };
        let project = Project::create(&self.folder, name)?;
        match (&self.wit, world) {
            (Some(wit), Some(world)) => {
                let world_option = self.world.as_ref();
                let mut options =
                    world_option.map_or(String::new(), |name| format!(" --world {name}"));
                options += &self.features.as_options();
                project.write_for_world(wit, &world, &options)?;
            }
            _ => project.write_template(&self.template.template(), self.template)?,
        }
        output::print(&format!(
            "Created {}. README.md has the commands.",
            self.folder.display()
        ));
        Ok(())
    }
}

/// Whether npm takes the name, too.
fn is_name(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    name.starts_with(is_letter)
        && name.len() <= 200
        && name
            .chars()
            .all(|letter| is_letter(letter) || letter == '-' || letter == '_')
}
