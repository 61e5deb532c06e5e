//! Converts TypeScript and JSX to JavaScript.

use std::path::Path;

use oxc::allocator::Allocator;
use oxc::ast::ast::Program;
use oxc::codegen::{Codegen, CodegenOptions};
use oxc::parser::Parser;
use oxc::semantic::SemanticBuilder;
use oxc::transformer::Transformer;
use oxc_resolver::TsConfig;

use super::decorators::{self, Refusal};
use super::error::ProgramError;
use super::language::{FileType, Goal};
use super::mappings;
use super::nesting::is_too_deep;
use super::options;
use super::parse::{first_error, syntax_error, written_as};
use super::private_methods;
use jsvm::ModuleKind;

/// A module that the engine can read.
pub struct Converted {
    pub kind: ModuleKind,
    pub code: String,
    pub mappings: Option<String>,
}

/// A module to convert.
pub struct Original<'a> {
    pub text: &'a str,
    pub path: &'a Path,
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
        if is_too_deep(self.text) {
            let message =
                "cannot convert the file to JavaScript: it is nested too deeply. Split it".into();
            return Err(syntax_error(message, self.text, 0, self.name));
        }
        let allocator = Allocator::default();
        let mut parsed = Parser::new(&allocator, self.text, self.file_type.source_type()).parse();
        first_error(&parsed.diagnostics, self.text, self.name)?;
        let program = &mut parsed.program;
        let legacy = options::has_legacy_decorators(self.tsconfig);
        let has_decorators =
            decorators::needs_lowering(program, legacy).map_err(|refusal| self.refused(refusal))?;
        // Lowered classes initialize fields among other code.
        let keep_fields = has_decorators && !legacy;
        if keep_fields && !options::defines_class_fields(self.tsconfig) {
            decorators::check_fields(program).map_err(|refusal| self.refused(refusal))?;
        }
        let kind = self.kind(program);
        // The kind decides how added helpers are imported.
        program.source_type = match kind {
            ModuleKind::CommonJs => program.source_type.with_commonjs(true),
            _ => program.source_type.with_module(true),
        };

        let checked = SemanticBuilder::new()
            .with_check_syntax_error(true)
            .with_enum_eval(true)
            // The transformer adds scopes and symbols.
            .with_excess_capacity(2.0)
            .build(program);
        first_error(&checked.diagnostics, self.text, self.name)?;
        let mut scoping = checked.semantic.into_scoping();
        if has_decorators {
            let context = decorators::LoweringContext {
                scoping: &scoping,
                kind,
                legacy,
            };
            decorators::lower(program, &allocator, &context)
                .map_err(|refusal| self.refused(refusal))?;
            // Generated code has scopes and symbols too.
            scoping = SemanticBuilder::new()
                .with_enum_eval(true)
                .with_excess_capacity(2.0)
                .build(program)
                .semantic
                .into_scoping();
        }

        let has_private_methods = private_methods::has_any(program);
        let options = options::transform(self.tsconfig, kind, keep_fields, has_private_methods);
        let transformed =
            Transformer::new(&allocator, self.path, &options).build_with_scoping(scoping, program);
        first_error(&transformed.diagnostics, self.text, self.name)?;

        let generated = Codegen::new()
            .with_options(CodegenOptions {
                source_map_path: Some(self.path.to_owned()),
                ..CodegenOptions::default()
            })
            .build(program);
        Ok(Converted {
            kind,
            mappings: mappings::mappings(&generated, self.text),
            code: generated.code,
        })
    }

    /// Returns the kind of the module. With imports or exports it is an ES module, even if its
    /// package says CommonJS, because TypeScript would compile those to CommonJS.
    fn kind(&self, program: &Program<'_>) -> ModuleKind {
        if self.file_type.goal == Goal::Es {
            return ModuleKind::Es;
        }
        if let Some(kind) = written_as(program) {
            return kind;
        }
        let goal = match self.file_type.goal {
            Goal::Unknown => self.package,
            goal => goal,
        };
        match goal {
            Goal::Es => ModuleKind::Es,
            Goal::Unknown if program.source_type.is_module() => ModuleKind::Es,
            _ => ModuleKind::CommonJs,
        }
    }

    fn refused(&self, refusal: Refusal) -> ProgramError {
        let message = refusal.message.to_owned();
        syntax_error(message, self.text, refusal.offset as usize, self.name)
    }
}
