//! What the nearest `package.json` says, as Node reads it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jsvm::{Error, Value, Vm};

use super::Usage;

/// A `package.json`.
pub struct Package {
    path: PathBuf,
    text: String,
}

impl Package {
    /// The nearest one in a folder and those above.
    pub fn find(folder: &Path) -> Option<Package> {
        for folder in folder.ancestors() {
            // What is installed there belongs to no package above.
            if folder.ends_with("node_modules") {
                break;
            }
            let path = folder.join("package.json");
            match std::fs::read_to_string(&path) {
                Ok(text) => return Some(Package { path, text }),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                // It is there, and no business of a program whether it can be read.
                Err(_) => break,
            }
        }
        None
    }

    /// The folder that it describes.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// Whether `.js` files are modules: yes, no, or what their text says.
    pub fn is_module(&self, vm: &Vm) -> anyhow::Result<Option<bool>> {
        let kind = self.read_type(vm).map_err(|error| match error {
            Error::Exception(exception) => {
                let path = self.path.display();
                Usage(format!("{path} is not valid JSON: {}", exception.message)).into()
            }
            error => anyhow::Error::from(error),
        })?;
        Ok(match kind.as_deref() {
            Some("module") => Some(true),
            Some("commonjs") => Some(false),
            _ => None,
        })
    }

    /// The property `type`. The VM has a parser for JSON, so this program needs none.
    fn read_type(&self, vm: &Vm) -> Result<Option<String>, Error> {
        let json = vm.global()?.get("JSON")?;
        let package = json.call_method("parse", (&*self.text,))?;
        let object = vm.global()?.get("Object")?;
        // `Object(null)` and `Object(1)` have no type either.
        let kind: Value = object.call((package,))?.get("type")?;
        Ok(kind.to::<String>().ok())
    }
}
