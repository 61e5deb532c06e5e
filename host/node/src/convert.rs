//! Converts TypeScript and JSX to JavaScript, by the sandbox of `jsvm-transpiler`.

use jsvm::ModuleKind;
use jsvm_transpiler::{self as transpiler, File, Language as Syntax};
use oxc_resolver::TsConfig;

use super::error::ProgramError;
use super::language::{FileType, Goal, Language};
use super::options;

/// A module that the engine can read.
pub struct Converted {
    pub kind: ModuleKind,
    pub code: String,
    pub mappings: Option<String>,
}

/// A file in TypeScript or with JSX.
pub struct Original<'a> {
    pub text: &'a str,
    /// The name in errors.
    pub name: &'a str,
    pub file_type: FileType,
    /// The kind in its `package.json`.
    pub package: Goal,
    pub tsconfig: Option<&'a TsConfig>,
}

impl Original<'_> {
    /// Removes types, and transforms other syntax that the engine cannot read.
    pub fn convert(&self) -> Result<Converted, ProgramError> {
        let file = File {
            language: match self.file_type.language {
                Language::TypeScript => Syntax::TypeScript,
                Language::Tsx => Syntax::Tsx,
                Language::Jsx | Language::JavaScript | Language::Json => Syntax::Jsx,
            },
            kind: kind(self.file_type.goal),
            package_kind: kind(self.package),
        };
        let options = options::compiler_options(self.tsconfig);
        let converted = transpiler::convert(self.text, &file, &options)
            .map_err(|error| ProgramError::from_transpiler(error, self.name))?;
        match &*converted {
            Ok(converted) => Ok(Converted {
                kind: match converted.kind {
                    transpiler::ModuleKind::Es => ModuleKind::Es,
                    transpiler::ModuleKind::CommonJs => ModuleKind::CommonJs,
                },
                code: converted.code.clone(),
                mappings: converted.mappings.clone(),
            }),
            Err(error) => Err(ProgramError::Syntax {
                message: error.message.clone(),
                file: self.name.to_owned(),
                line: error.line,
                column: error.column,
            }),
        }
    }
}

fn kind(goal: Goal) -> Option<transpiler::ModuleKind> {
    match goal {
        Goal::Es => Some(transpiler::ModuleKind::Es),
        Goal::CommonJs => Some(transpiler::ModuleKind::CommonJs),
        Goal::Unknown => None,
    }
}
