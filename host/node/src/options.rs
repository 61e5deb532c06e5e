//! Options of the conversion of TypeScript and JSX, from `tsconfig.json`.

use oxc::transformer::{
    ClassPropertiesOptions, CompilerAssumptions, DecoratorOptions, ES2022Options, EnvOptions,
    HelperLoaderMode, HelperLoaderOptions, JsxOptions, JsxRuntime, Module, TransformOptions,
    TypeScriptOptions,
};
use oxc_resolver::{CompilerOptions, TsConfig};

use super::helpers;
use jsvm::ModuleKind;

/// Returns the options of the transformer. Syntax that the engine supports is not lowered.
///
/// With `keep_fields`, fields stay in their classes.
pub fn transform(
    tsconfig: Option<&TsConfig>,
    kind: ModuleKind,
    keep_fields: bool,
    has_private_methods: bool,
) -> TransformOptions {
    let default = CompilerOptions::default();
    let options = tsconfig.map_or(&default, |tsconfig| &tsconfig.compiler_options);
    let defines = defines_class_fields(tsconfig);
    TransformOptions {
        assumptions: CompilerAssumptions {
            set_public_class_fields: !defines && !keep_fields,
            ..CompilerAssumptions::default()
        },
        typescript: TypeScriptOptions {
            only_remove_type_imports: options.verbatim_module_syntax == Some(true)
                || options.preserve_value_imports == Some(true),
            remove_class_fields_without_initializer: !defines,
            ..TypeScriptOptions::default()
        },
        decorator: DecoratorOptions {
            legacy: has_legacy_decorators(tsconfig),
            emit_decorator_metadata: options.emit_decorator_metadata == Some(true),
            strict_null_checks: options
                .strict_null_checks
                .or(options.strict)
                .unwrap_or(false),
        },
        jsx: jsx(options),
        env: EnvOptions {
            module: match kind {
                ModuleKind::CommonJs => Module::CommonJS,
                _ => Module::Preserve,
            },
            es2022: ES2022Options {
                class_properties: (!defines && !keep_fields).then_some(ClassPropertiesOptions {
                    loose: !has_private_methods,
                }),
                ..ES2022Options::default()
            },
            ..EnvOptions::default()
        },
        helper_loader: HelperLoaderOptions {
            module_name: helpers::PACKAGE.into(),
            mode: HelperLoaderMode::Runtime,
        },
        ..TransformOptions::default()
    }
}

/// Whether decorators are those of `experimentalDecorators`.
pub fn has_legacy_decorators(tsconfig: Option<&TsConfig>) -> bool {
    tsconfig.is_some_and(|tsconfig| tsconfig.compiler_options.experimental_decorators == Some(true))
}

/// The value of `useDefineForClassFields`. Its default follows from `target`, whose default is this
/// engine.
pub fn defines_class_fields(tsconfig: Option<&TsConfig>) -> bool {
    let default = CompilerOptions::default();
    let options = tsconfig.map_or(&default, |tsconfig| &tsconfig.compiler_options);
    let recent = |target: &String| {
        let year = target.to_lowercase();
        let year = year.trim_start_matches("es");
        year == "next" || year.parse().is_ok_and(|year: u32| year >= 2022)
    };
    options
        .use_define_for_class_fields
        .unwrap_or_else(|| options.target.as_ref().is_none_or(recent))
}

fn jsx(options: &CompilerOptions) -> JsxOptions {
    JsxOptions {
        runtime: match options.jsx.as_deref() {
            Some("react") => JsxRuntime::Classic,
            _ => JsxRuntime::Automatic,
        },
        import_source: options.jsx_import_source.clone(),
        pragma: options.jsx_factory.clone(),
        pragma_frag: options.jsx_fragment_factory.clone(),
        // Only React's developer tools use it.
        display_name_plugin: false,
        throw_if_namespace: false,
        ..JsxOptions::enable()
    }
}
