//! Writes the files of a case, and says how the program runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::context::Context;
use super::damage;
use super::recipe::Recipe;
use super::shape::{Component, Shapes};
use super::verdict::Allowed;

/// The heap of a VM.
pub const MEMORY: u64 = 64 << 20;

/// The memory of the sandbox that parses and converts sources.
const SANDBOX_MEMORY: u64 = 256 << 20;

/// The memory of a linked component.
const LINK_MEMORY: u64 = 64 << 20;

/// The memory for compiling a component.
const COMPILE_MEMORY: u64 = 256 << 20;

/// The time limit of a program.
pub const TIME: Duration = Duration::from_secs(1);

/// The processor time for compiling a component.
const COMPILE_TIME: Duration = Duration::from_secs(2);

/// The time for reading a snapshot, which has no limit: 64 MiB take seconds without optimisation.
const READ_TIME: Duration = Duration::from_secs(5);

/// A case that is ready to run.
#[derive(Debug)]
pub struct Staged {
    pub args: Vec<String>,
    pub allowed: Allowed,
    /// The script, where a VM alone can run it.
    pub script: Option<PathBuf>,
}

/// Returns the statements of a script.
pub fn script(shapes: &Shapes, frames: &[usize], body: usize, count: usize) -> String {
    let mut text = shapes.body[body].text(count);
    for frame in frames.iter().rev() {
        let frame = &shapes.frame[*frame];
        // Inside of a string, only the simplest statements are the same.
        let inner = match frame.name == "eval" {
            true => "for (;;);",
            false => &text,
        };
        text = frame.text(1).replace("@BODY@", inner);
    }
    text
}

/// A script that calls all that a component exports.
const CALL_ALL: &str = "const values = [[], [1], ['x'], [[true]], [[['x']]]];
for (const f of Object.values(c)) for (const v of values) try { f(...v) } catch {}";

fn program_args(verb: &str) -> Vec<String> {
    let memory = format!("{}MiB", MEMORY >> 20);
    let time = format!("{}s", TIME.as_secs());
    [verb, "--memory", &memory, "--timeout", &time]
        .map(String::from)
        .to_vec()
}

fn text_of(component: &Component, count: usize) -> anyhow::Result<Vec<u8>> {
    Ok(wat::parse_str(component.template.text(count))?)
}

/// Writes a component and a script that uses it.
fn stage_component(
    folder: &Path,
    bytes: &[u8],
    script: &str,
    args: &mut Vec<String>,
) -> anyhow::Result<()> {
    fs::write(folder.join("c.wasm"), bytes)?;
    let text = format!("import * as c from \"c\";\n{script}\n");
    fs::write(folder.join("main.mjs"), text)?;
    args.extend(
        [
            "--link",
            "c=c.wasm",
            "--link-memory",
            &format!("{}MiB", LINK_MEMORY >> 20),
            "--link-compile-memory",
            &format!("{}MiB", COMPILE_MEMORY >> 20),
            "--link-compile-time",
            &format!("{}s", COMPILE_TIME.as_secs()),
            "main.mjs",
        ]
        .map(String::from),
    );
    Ok(())
}

/// Writes the files of a case into a folder.
pub fn stage(context: &Context, recipe: &Recipe, folder: &Path) -> anyhow::Result<Staged> {
    let shapes = &context.shapes;
    let mut args = program_args("run");
    let mut allowed = Allowed {
        memory: MEMORY,
        sandbox: 0,
        time: TIME + context.start_time,
    };
    let mut alone = None;
    match recipe {
        Recipe::Script {
            frames,
            body,
            count,
        } => {
            let file = folder.join("input.js");
            fs::write(&file, script(shapes, frames, *body, *count))?;
            args.push("input.js".into());
            alone = Some(file);
        }
        Recipe::Source {
            source,
            extension,
            count,
        } => {
            allowed.sandbox = SANDBOX_MEMORY;
            let file = format!("input.{extension}");
            let text = shapes.source[*source].template.text(*count);
            fs::write(folder.join(&file), text)?;
            if extension == "json" {
                let text = "await import('./input.json', { with: { type: 'json' } });";
                fs::write(folder.join("main.mjs"), text)?;
                args.push("main.mjs".into());
            } else {
                args.push(file);
            }
        }
        Recipe::Program { program, count } => {
            let program = &shapes.program[*program];
            for (path, text) in &program.files {
                let file = folder.join(path);
                if let Some(parent) = file.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::write(file, text.text(*count))?;
            }
            let package = folder.join("package.json");
            if !package.exists() {
                fs::write(package, "{}")?;
            }
            args.extend(program.args.iter().cloned());
            args.push("main.mjs".into());
        }
        Recipe::Component { component, count } => {
            let component = &shapes.component[*component];
            let bytes = text_of(component, *count)?;
            stage_component(folder, &bytes, &component.script, &mut args)?;
            allowed.memory += LINK_MEMORY;
            allowed.time += 2 * COMPILE_TIME;
        }
        Recipe::Damage { component, seed } => {
            let component = &shapes.component[*component];
            let mut bytes = text_of(component, 2)?;
            damage::damage_bytes(&mut bytes, 8, *seed);
            stage_component(folder, &bytes, CALL_ALL, &mut args)?;
            allowed.memory += LINK_MEMORY;
            allowed.time += 2 * COMPILE_TIME;
        }
        Recipe::Snapshot {
            damage,
            restore,
            seed,
        } => {
            let bytes = damage::damage_snapshot(&context.snapshot, *damage, *seed);
            fs::write(folder.join("input.snap"), bytes)?;
            if *restore {
                args = program_args("restore");
                allowed.time += READ_TIME;
            } else {
                allowed.time += READ_TIME;
                args = ["inspect", "--memory", &format!("{}MiB", MEMORY >> 20)]
                    .map(String::from)
                    .to_vec();
            }
            args.push("input.snap".into());
        }
        Recipe::Server { .. } => anyhow::bail!("servers are staged elsewhere"),
    }
    Ok(Staged {
        args,
        allowed,
        script: alone,
    })
}
