//! Declarations for a program of a WIT world.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::anyhow;
use clap::Args;

use crate::command::output;
use crate::command::reason::reason;
use crate::command::usage::Usage;
use crate::command::wit::{WitFeatures, read_world};

/// A world, and the program that is checked.
#[derive(Args)]
#[command(next_help_heading = "Worlds")]
pub struct GuestOptions {
    /// Print the declarations of a WIT world, from a file or a folder with its folder deps
    #[arg(long, value_name = "PATH", requires = "guest")]
    pub wit: Option<PathBuf>,

    /// The world, if there are several
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    #[command(flatten)]
    features: WitFeatures,

    /// Declare what a program of the world imports and exports
    #[arg(long, requires = "wit", conflicts_with = "runtime")]
    guest: bool,

    /// Also write a .check.ts file beside the declarations, so that tsc refuses this program if its
    /// exports do not fit the world
    #[arg(long, value_name = "FILE", requires = "wit")]
    program: Option<PathBuf>,
}

impl GuestOptions {
    /// Writes the declarations to a file, or to standard output.
    pub fn write(&self, wit: &Path, to: &Path) -> anyhow::Result<()> {
        let world = read_world(wit, self.world.as_deref(), self.features.features())?;
        let check = match &self.program {
            Some(program) => Some((check_file(to)?, world.check(&specifier(program, to)?))),
            None => None,
        };
        if to.as_os_str() == "-" {
            output::print(world.declarations().trim_end());
            return Ok(());
        }
        write(to, &world.declarations())?;
        match check {
            Some((file, text)) => write(&file, &text),
            None => Ok(()),
        }
    }
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, text)
        .map_err(|error| anyhow!("cannot write {}: {}", file.display(), reason(&error)))
}

/// Returns the file of the check: `world.check.ts` beside `world.d.ts`.
fn check_file(declarations: &Path) -> Result<PathBuf, Usage> {
    let name = declarations.file_name().and_then(OsStr::to_str);
    let name = name.and_then(|name| name.strip_suffix(".d.ts"));
    let name = name.ok_or_else(|| {
        Usage("--program needs a file for the declarations: add -o world.d.ts".into())
    })?;
    Ok(declarations.with_file_name(format!("{name}.check.ts")))
}

/// Returns how a module beside the declarations imports the program.
fn specifier(program: &Path, declarations: &Path) -> Result<String, Usage> {
    let unusable = || Usage(format!("cannot import {}", program.display()));
    let absolute = |path: &Path| std::path::absolute(path).map_err(|_| unusable());
    let (program_path, beside) = (absolute(program)?, absolute(declarations)?);
    let parts = |path: &Path| -> Vec<String> {
        let mut parts = Vec::new();
        for part in path.components() {
            match part {
                Component::ParentDir => drop(parts.pop()),
                Component::CurDir => {}
                part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
            }
        }
        parts
    };
    let (mut to, mut from) = (parts(&program_path), parts(&beside));
    from.pop();
    let common = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    to.drain(..common);
    let mut path = match from.len() - common {
        0 => "./".to_owned(),
        up => "../".repeat(up),
    };
    path.push_str(&to.join("/"));
    // TypeScript's names of modules are those of the JavaScript that it makes.
    let (stem, extension) = path
        .rsplit_once('.')
        .filter(|(_, extension)| !extension.contains('/'))
        .ok_or_else(unusable)?;
    Ok(match extension {
        "ts" | "tsx" | "jsx" => format!("{stem}.js"),
        "mts" => format!("{stem}.mjs"),
        "cts" => format!("{stem}.cjs"),
        _ => path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_from_the_declarations() {
        for (program, declarations, specifier_of_program) in [
            ("app.ts", "world.d.ts", "./app.js"),
            ("src/app.ts", "src/world.d.ts", "./app.js"),
            ("src/app.mts", "types/world.d.ts", "../src/app.mjs"),
            ("./app.js", "types/deep/world.d.ts", "../../app.js"),
            ("src/a/../b.tsx", "./world.d.ts", "./src/b.js"),
        ] {
            let found = specifier(Path::new(program), Path::new(declarations)).unwrap();
            assert_eq!(found, specifier_of_program);
        }
        assert!(specifier(Path::new("app"), Path::new("world.d.ts")).is_err());
        assert!(check_file(Path::new("-")).is_err());
        assert_eq!(
            check_file(Path::new("a/world.d.ts")).unwrap(),
            Path::new("a/world.check.ts")
        );
    }
}
