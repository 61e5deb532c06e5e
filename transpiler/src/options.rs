//! The options of the transformer.

use crate::bindings::exports::jsvm::transpiler::transpiler::{CompilerOptions, ModuleKind};
use oxc::transformer::{
    ClassPropertiesOptions, CompilerAssumptions, DecoratorOptions, ES2022Options, EnvOptions,
    HelperLoaderMode, HelperLoaderOptions, JsxOptions, JsxRuntime, Module, TransformOptions,
    TypeScriptOptions,
};

/// Returns the options of the transformer. Syntax that the engine supports is not lowered.
///
/// With `keep_fields`, fields stay in their classes.
pub fn transform(
    options: &CompilerOptions,
    kind: ModuleKind,
    keep_fields: bool,
    has_private_methods: bool,
) -> TransformOptions {
    let defines = options.define_class_fields;
    TransformOptions {
        assumptions: CompilerAssumptions {
            set_public_class_fields: !defines && !keep_fields,
            ..CompilerAssumptions::default()
        },
        typescript: TypeScriptOptions {
            only_remove_type_imports: options.keep_unused_imports,
            remove_class_fields_without_initializer: !defines,
            ..TypeScriptOptions::default()
        },
        decorator: DecoratorOptions {
            legacy: options.legacy_decorators,
            emit_decorator_metadata: options.decorator_metadata,
            strict_null_checks: options.strict_null_checks,
        },
        jsx: jsx(options),
        env: EnvOptions {
            module: match kind {
                ModuleKind::CommonJs => Module::CommonJS,
                ModuleKind::Es => Module::Preserve,
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
            module_name: options.helper_package.clone().into(),
            mode: HelperLoaderMode::Runtime,
        },
        ..TransformOptions::default()
    }
}

fn jsx(options: &CompilerOptions) -> JsxOptions {
    JsxOptions {
        runtime: match options.classic_jsx {
            true => JsxRuntime::Classic,
            false => JsxRuntime::Automatic,
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
