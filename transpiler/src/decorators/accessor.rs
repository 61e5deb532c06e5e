//! Lowers `accessor` fields to a private field with a getter and a setter.

use oxc::allocator::{Box, TakeIn};
use oxc::ast::ast::{AccessorProperty, ClassElement, Expression};
use oxc::span::GetSpan;

use super::class::place;
use super::element::{Applied, Elements};
use super::{Refusal, key_name};

impl<'a> Elements<'_, '_, 'a> {
    pub(super) fn accessor(
        &mut self,
        mut property: Box<'a, AccessorProperty<'a>>,
    ) -> Result<(), Refusal> {
        let quote = self.lowering.quote;
        let span = place(&property.decorators, property.key.span());
        // Decorators of `experimentalDecorators` go to the getter.
        let legacy = self.lowering.context.legacy;
        let mut decorators = property.decorators.take_in(&quote.allocator);
        let left = legacy.then(|| decorators.take_in(&quote.allocator));
        let is_decorated = !decorators.is_empty();
        if is_decorated {
            self.decorators(decorators)?;
        }
        let is_static = property.r#static;
        let word = if is_static { "static " } else { "" };
        let private = property.key.private_name().map(|name| format!("#{name}"));
        let known = key_name(&property.key, property.computed);
        let mut computed = property.computed;
        let name = self.key(&mut property.key, &mut computed, true)?;

        let base = known
            .as_deref()
            .unwrap_or("accessor")
            .trim_start_matches('#');
        let is_word =
            !base.is_empty() && base.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let storage = quote.unique(&format!(
            "{}_storage",
            if is_word { base } else { "accessor" }
        ));
        let owner = if is_static {
            &self.variables.original
        } else {
            "this"
        };
        let get = format!("return {owner}.#{storage};");
        let set = format!("{owner}.#{storage} = value;");

        let index = is_decorated.then(|| {
            let source = private
                .as_ref()
                .map(|_| format!("{{ get {name}() {{ {get} }}, set {name}(value) {{ {set} }} }}"));
            let private = private.clone();
            self.apply(&Applied {
                kind: "accessor",
                name: name.clone(),
                is_static,
                private,
                source,
            })
        });
        let value = property.value.take();
        let initial = quote.hole(self.initial(index, value, &name, span)?);
        self.generate(&format!("{word}#{storage} = {initial};"), span)?;

        if let (Some(private), Some(index)) = (&private, index) {
            let found = format!("{}.descriptor({index})", self.variables.state);
            let code = format!(
                "{word}get {private}() {{ return {found}.get.call(this); }}
                 {word}set {private}(value) {{ {found}.set.call(this, value); }}"
            );
            self.generate(&code, span)?;
        } else {
            let (first, second) = match (&private, computed) {
                (Some(private), _) => (private.clone(), private.clone()),
                (None, true) => {
                    let Ok(key) = Expression::try_from(property.key.take_in(&quote.allocator))
                    else {
                        return Err(Refusal::internal(span));
                    };
                    (format!("[{}]", quote.hole(key)), format!("[{name}]"))
                }
                // `constructor` is an ordinary name only if it is computed.
                (None, false) if base == "constructor" => {
                    (format!("[{name}]"), format!("[{name}]"))
                }
                (None, false) if is_word && !base.starts_with(|c: char| c.is_ascii_digit()) => {
                    (base.to_owned(), base.to_owned())
                }
                (None, false) => (name.clone(), name.clone()),
            };
            let code =
                format!("{word}get {first}() {{ {get} }} {word}set {second}(value) {{ {set} }}");
            let mut elements = quote.elements(&code, span)?;
            if let (Some(left), Some(ClassElement::MethodDefinition(getter))) =
                (left, elements.first_mut())
            {
                getter.decorators = left;
            }
            self.list.extend(elements);
        }
        match index {
            Some(index) => self.initialized(index, is_static, span),
            None => Ok(()),
        }
    }
}
