//! The declarations of worlds: `tests/cases/declare/NAME.world` names a world of the WIT in the folder beside it. The
//! expected output is the declarations, and what `tsc --strict` says to the programs in the folder: those whose names
//! begin with `right` have no error, and each other one has errors.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use jsvm_tests::cases::{files, golden};
use jsvm_world::WorldSource;
use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

pub fn trials() -> Vec<Trial> {
    golden("declare", "world", run)
}

fn run(case: &Path) -> Result<String, Failed> {
    let name = fs::read_to_string(case)?;
    let folder = case.with_extension("");
    let world = WorldSource::read(&folder, Some(name.trim()))?;
    let declarations = world.declarations();
    let work = TempDir::new()?;
    fs::write(work.path().join("world.d.ts"), &declarations)?;
    let mut programs = BTreeMap::new();
    for file in files(&folder, "ts") {
        let name = file
            .file_stem()
            .ok_or("a file has a name")?
            .to_string_lossy();
        fs::copy(&file, work.path().join(format!("{name}.ts")))?;
        let check = world.check(&format!("./{name}.js"));
        fs::write(work.path().join(format!("{name}.check.ts")), check)?;
        programs.insert(name.into_owned(), String::new());
    }
    let mut name = String::new();
    for line in tsc(work.path())?.lines() {
        // An error begins with its file; more about it follows, further in.
        if !line.starts_with(' ') {
            let (file, _) = line
                .split_once(['.', '('])
                .ok_or("an error names its file")?;
            file.clone_into(&mut name);
        }
        let errors = programs.get_mut(&name);
        let errors = errors.ok_or_else(|| format!("an error in another file: {line}"))?;
        errors.push_str(line);
        errors.push('\n');
    }
    // Messages name modules by their paths.
    let path = work.path().canonicalize()?.display().to_string();
    let mut output = declarations;
    for (name, errors) in programs {
        if name.starts_with("right") != errors.is_empty() {
            return Err(format!("{name}.ts has these errors:\n{errors}").into());
        }
        if !errors.is_empty() {
            output.push_str(&format!(
                "\n// tsc, {name}.ts:\n{}",
                errors.replace(&path, "[DIR]")
            ));
        }
    }
    Ok(output)
}

/// What the compiler prints.
fn tsc(folder: &Path) -> Result<String, Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let compiler = root.join("packages/node_modules/typescript/bin/tsc");
    if !compiler.is_file() {
        return Err("TypeScript is not installed: run ./setup.sh packages".into());
    }
    let config = r#"{
        "compilerOptions": {
            "strict": true,
            "exactOptionalPropertyTypes": true,
            "noUncheckedIndexedAccess": true,
            "noEmit": true,
            "allowImportingTsExtensions": true,
            "target": "esnext",
            "module": "esnext",
            "moduleResolution": "bundler",
            "lib": ["esnext"],
            "types": []
        }
    }"#;
    fs::write(folder.join("tsconfig.json"), config)?;
    let output = Command::new("node")
        .arg(compiler)
        .args(["--pretty", "false", "-p", "."])
        .current_dir(folder)
        .output()?;
    Ok(String::from_utf8(output.stdout)?)
}
