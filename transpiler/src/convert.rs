//! Converts TypeScript and JSX to JavaScript.

use std::path::Path;

use oxc::allocator::Allocator;
use oxc::ast::ast::Program;
use oxc::codegen::{Codegen, CodegenOptions};
use oxc::parser::{ParseOptions, Parser};
use oxc::semantic::{Scoping, SemanticBuilder};
use oxc::span::SourceType;
use oxc::transformer::Transformer;

use crate::analyse::{Written, written_as};
use crate::bindings::exports::jsvm::transpiler::transpiler::{
    CompilerOptions, Converted, File, Language, ModuleKind, SyntaxError,
};
use crate::decorators::{self, Refusal};
use crate::error::{first_error, syntax_error};
use crate::{common_js, constants, features, mappings, metadata, namespaces, options};

/// The name of the source in the source map, which is left out of the result.
const NAME: &str = "source";

/// The number of nested nodes up to which code is indented.
const MAX_INDENTED: u32 = 256;

/// Removes types, and transforms other syntax that the engine cannot read.
pub fn convert(
    source: &str,
    file: &File,
    settings: &CompilerOptions,
) -> Result<Converted, SyntaxError> {
    let refused = |refusal: Refusal| {
        syntax_error(refusal.message.to_owned(), source, refusal.offset as usize)
    };
    let allocator = Allocator::default();
    let options = ParseOptions {
        // The kind is not known yet. The engine refuses it in ES modules.
        allow_return_outside_function: true,
        ..ParseOptions::default()
    };
    let parser = Parser::new(&allocator, source, source_type(file)).with_options(options);
    let mut parsed = parser.parse();
    first_error(&parsed.diagnostics, source)?;
    let program = &mut parsed.program;
    let legacy = settings.legacy_decorators;
    let has_decorators = decorators::needs_lowering(program, legacy).map_err(refused)?;
    // Lowered classes initialize fields among other code.
    let keep_fields = has_decorators && !legacy;
    if keep_fields && !settings.define_class_fields {
        decorators::check_fields(program).map_err(refused)?;
    }
    let kind = kind_of(file, program);
    // The kind decides how added helpers are imported.
    program.source_type = match kind {
        ModuleKind::CommonJs => program.source_type.with_commonjs(true),
        ModuleKind::Es => program.source_type.with_module(true),
    };

    let checked = SemanticBuilder::new()
        .with_check_syntax_error(true)
        .with_enum_eval(true)
        // The transformer adds scopes and symbols.
        .with_excess_capacity(2.0)
        .build(program);
    first_error(&checked.diagnostics, source)?;
    let mut scoping = checked.semantic.into_scoping();
    let mut is_changed = constants::replace(program, &allocator, &scoping);
    is_changed |= namespaces::qualify(program, &allocator, &scoping);
    if settings.decorator_metadata && legacy && kind == ModuleKind::Es {
        is_changed |= metadata::import_softly(program, &allocator, &scoping);
    }
    if is_changed {
        scoping = rebuilt(program);
    }
    if has_decorators {
        let context = decorators::LoweringContext {
            scoping: &scoping,
            kind,
            legacy,
            helper_package: &settings.helper_package,
        };
        decorators::lower(program, &allocator, &context).map_err(refused)?;
        scoping = rebuilt(program);
    }

    let features = features::find(program);
    let options = options::transform(settings, kind, keep_fields, features.private_methods);
    let transformed = Transformer::new(&allocator, Path::new(NAME), &options)
        .build_with_scoping(scoping, program);
    first_error(&transformed.diagnostics, source)?;
    if kind == ModuleKind::CommonJs {
        common_js::finish(program, &allocator);
    }

    let generated = Codegen::new()
        .with_options(CodegenOptions {
            source_map_path: Some(NAME.into()),
            // Indentation makes deeply nested code quadratically longer.
            indent_width: usize::from(features.depth <= MAX_INDENTED),
            ..CodegenOptions::default()
        })
        .build(program);
    Ok(Converted {
        kind,
        mappings: mappings::mappings(&generated, source),
        code: generated.code,
    })
}

/// Finds the scopes and symbols of a program with generated code.
fn rebuilt(program: &Program<'_>) -> Scoping {
    let builder = SemanticBuilder::new()
        .with_enum_eval(true)
        .with_excess_capacity(2.0);
    builder.build(program).semantic.into_scoping()
}

/// Returns the kind of the module. With imports or exports it is an ES module, even if its package
/// says CommonJS, because TypeScript would compile those to CommonJS.
fn kind_of(file: &File, program: &Program<'_>) -> ModuleKind {
    if file.kind == Some(ModuleKind::Es) {
        return ModuleKind::Es;
    }
    let given = file.kind.or(file.package_kind);
    match written_as(program) {
        Written::As(kind) => kind,
        Written::Types => given.unwrap_or(ModuleKind::Es),
        Written::Plain => given.unwrap_or(match program.source_type.is_module() {
            true => ModuleKind::Es,
            false => ModuleKind::CommonJs,
        }),
    }
}

/// Returns the settings of the parser.
fn source_type(file: &File) -> SourceType {
    match (file.language, file.kind) {
        (Language::Jsx, Some(ModuleKind::Es)) => SourceType::mjs().with_jsx(true),
        (Language::Jsx, Some(ModuleKind::CommonJs)) => SourceType::cjs().with_jsx(true),
        (Language::Jsx, None) => SourceType::unambiguous().with_jsx(true),
        // The kind depends on the imports and exports, which are not known yet.
        (Language::TypeScript, _) => SourceType::ts(),
        (Language::Tsx, _) => SourceType::tsx(),
    }
}
