//! Options of the conversion of TypeScript and JSX, from `tsconfig.json`.

use jsvm_transpiler::CompilerOptions;
use oxc_resolver::TsConfig;

use super::helpers;

/// Returns the options of the transpiler.
pub fn compiler_options(tsconfig: Option<&TsConfig>) -> CompilerOptions {
    let default = oxc_resolver::CompilerOptions::default();
    let options = tsconfig.map_or(&default, |tsconfig| &tsconfig.compiler_options);
    CompilerOptions {
        legacy_decorators: options.experimental_decorators == Some(true),
        decorator_metadata: options.emit_decorator_metadata == Some(true),
        strict_null_checks: options
            .strict_null_checks
            .or(options.strict)
            .unwrap_or(false),
        define_class_fields: defines_class_fields(options),
        keep_unused_imports: options.verbatim_module_syntax == Some(true)
            || options.preserve_value_imports == Some(true),
        classic_jsx: options.jsx.as_deref() == Some("react"),
        jsx_import_source: options.jsx_import_source.clone(),
        jsx_factory: options.jsx_factory.clone(),
        jsx_fragment_factory: options.jsx_fragment_factory.clone(),
        helper_package: helpers::PACKAGE.to_owned(),
    }
}

/// The value of `useDefineForClassFields`. Its default follows from `target`, whose default is this
/// engine.
fn defines_class_fields(options: &oxc_resolver::CompilerOptions) -> bool {
    let recent = |target: &String| {
        let year = target.to_lowercase();
        let year = year.trim_start_matches("es");
        year == "next" || year.parse().is_ok_and(|year: u32| year >= 2022)
    };
    options
        .use_define_for_class_fields
        .unwrap_or_else(|| options.target.as_ref().is_none_or(recent))
}
