//! Writes the files of a project.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use jsvm_world::{Features, WorldSource};

use super::template::{GIT_IGNORE, PACKAGE, README, TS_CONFIG, Template, TemplateKind};
use super::wit_files;
use crate::command::reason::reason;
use crate::command::usage::Usage;
use crate::command::wit::read_world;

/// A folder for a project.
pub struct Project {
    folder: PathBuf,
    name: String,
}

/// The commands of a project.
struct Commands {
    build: String,
    test: String,
    /// Further lines for the README.
    others: Vec<String>,
}

impl Project {
    /// Creates the folder.
    pub fn create(folder: &Path, name: &str) -> anyhow::Result<Project> {
        // A file of this name is an error of the next step.
        let has_files = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
        if has_files {
            let folder = folder.display();
            return Err(Usage(format!(
                "{folder} is not empty: choose another name, or move its files away"
            ))
            .into());
        }
        fs::create_dir_all(folder)
            .map_err(|error| anyhow!("cannot create {}: {}", folder.display(), reason(&error)))?;
        Ok(Project {
            folder: folder.to_owned(),
            name: name.to_owned(),
        })
    }

    /// Writes a project from a template.
    pub fn write_template(&self, template: &Template, kind: TemplateKind) -> anyhow::Result<()> {
        for (path, text) in template.sources {
            self.write(path, text)?;
        }
        let commands = match template.wit {
            Some(wit) => {
                self.write("wit/world.wit", wit)?;
                let world = read_world(&self.folder.join("wit"), None, Features::default())?;
                self.write_declarations(&world)?;
                Commands::of_world("", kind == TemplateKind::World)
            }
            None => {
                let declarations = include_str!("../types/runtime.d.ts");
                self.write("src/jsvm.d.ts", declarations)?;
                Commands::of_program(kind)
            }
        };
        self.write_common(template.about, &commands)
    }

    /// Writes a project for a world. The options name the world in commands.
    pub fn write_for_world(
        &self,
        wit: &Path,
        world: &WorldSource,
        options: &str,
    ) -> anyhow::Result<()> {
        wit_files::copy(wit, &self.folder.join("wit"))?;
        self.write_declarations(world)?;
        self.write("src/app.ts", &world.skeleton())?;
        self.write("test/app.test.ts", &world.skeleton_test("../src/app.ts"))?;
        let about = "A component for the world in `wit/`.";
        self.write_common(about, &Commands::of_world(options, false))
    }

    fn write_declarations(&self, world: &WorldSource) -> anyhow::Result<()> {
        self.write("src/world.d.ts", &world.declarations())?;
        self.write("src/world.check.ts", &world.check("./app.js"))
    }

    fn write_common(&self, about: &str, commands: &Commands) -> anyhow::Result<()> {
        let mut lines = vec![
            format!("{:<60} # builds the component", self.fill(&commands.build)),
            format!("{:<60} # tests the program", commands.test),
        ];
        lines.extend(commands.others.iter().cloned());
        let lines: Vec<_> = lines.iter().map(|line| self.fill(line)).collect();
        let readme = README
            .replace("@ABOUT@", about)
            .replace("@COMMANDS@", &lines.join("\n"));
        let package = PACKAGE
            .replace("@BUILD@", &commands.build)
            .replace("@TEST@", &commands.test);
        self.write("README.md", &readme)?;
        self.write("package.json", &package)?;
        self.write("tsconfig.json", TS_CONFIG)?;
        self.write(".gitignore", GIT_IGNORE)
    }

    fn fill(&self, text: &str) -> String {
        text.replace("@NAME@", &self.name)
    }

    fn write(&self, path: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(path);
        let cannot =
            |error: std::io::Error| anyhow!("cannot write {}: {}", path.display(), reason(&error));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(cannot)?;
        }
        fs::write(&path, self.fill(text)).map_err(cannot)
    }
}

impl Commands {
    fn of_program(kind: TemplateKind) -> Commands {
        let run = match kind {
            TemplateKind::Http => ["jsvm serve src/app.ts", "wasmtime serve @NAME@.wasm"],
            _ => ["wasmtime run @NAME@.wasm", "wasmtime run @NAME@.wasm Ada"],
        };
        Commands {
            build: "jsvm build src/app.ts -o @NAME@.wasm".into(),
            test: "jsvm run test/app.test.ts".into(),
            others: run.map(str::to_owned).to_vec(),
        }
    }

    fn of_world(option: &str, has_greeting: bool) -> Commands {
        let mut others = vec![
            "# After a change of the WIT:".to_owned(),
            format!("jsvm types --wit wit{option} --guest -o src/world.d.ts --program src/app.ts"),
        ];
        if has_greeting {
            others.insert(
                0,
                "jsvm run --wit wit --call 'greet(\"Ada\")' src/app.ts".to_owned(),
            );
        }
        Commands {
            build: format!("jsvm build src/app.ts --wit wit{option} -o @NAME@.wasm"),
            test: format!("jsvm run --wit wit{option} test/app.test.ts"),
            others,
        }
    }
}
