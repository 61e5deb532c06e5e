//! Lowers the elements of a class with decorators.

use oxc::allocator::{Box, TakeIn, Vec};
use oxc::ast::ast::{
    ClassElement, Decorator, Expression, MethodDefinition, MethodDefinitionKind,
    PropertyDefinition, PropertyKey, PropertyKind,
};
use oxc::span::{GetSpan, Span};

use super::class::{Variables, place};
use super::scan::is_type_only;
use super::{ClassLowering, Refusal, key_name};

/// Formats a text as a string literal.
pub fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The lowered elements of a class.
pub struct Elements<'e, 'l, 'a> {
    pub(super) lowering: &'e ClassLowering<'l, 'a>,
    pub(super) variables: &'e Variables,
    /// Whether the class itself has decorators.
    is_decorated: bool,
    pub(super) list: Vec<'a, ClassElement<'a>>,
    /// Code to evaluate with the next key.
    pending: std::vec::Vec<String>,
    /// The descriptions of elements with decorators, for `applyDecorators`.
    applied: std::vec::Vec<String>,
    keys: usize,
    has_instance_methods: bool,
    has_pending_method: bool,
}

/// The description of an element with decorators.
pub(super) struct Applied<'s> {
    pub kind: &'s str,
    /// Code that evaluates to its name.
    pub name: String,
    pub is_static: bool,
    /// Its name with `#`, if it is private.
    pub private: Option<String>,
    /// Code of an object with its function, if that is not in the class.
    pub source: Option<String>,
}

impl<'e, 'l, 'a> Elements<'e, 'l, 'a> {
    pub fn new(
        lowering: &'e ClassLowering<'l, 'a>,
        variables: &'e Variables,
        is_decorated: bool,
    ) -> Self {
        Elements {
            lowering,
            variables,
            is_decorated,
            list: Vec::new_in(&lowering.quote.allocator),
            pending: std::vec::Vec::new(),
            applied: std::vec::Vec::new(),
            keys: 0,
            has_instance_methods: false,
            has_pending_method: false,
        }
    }

    pub fn into_list(self) -> Vec<'a, ClassElement<'a>> {
        self.list
    }

    /// Adds an element of a class without decorators.
    pub fn add_accessor_only(&mut self, element: ClassElement<'a>) -> Result<(), Refusal> {
        match element {
            ClassElement::AccessorProperty(property) if property.r#type.is_abstract() => Ok(()),
            ClassElement::AccessorProperty(property) => self.accessor(property),
            element => {
                self.list.push(element);
                Ok(())
            }
        }
    }

    pub fn add(&mut self, mut element: ClassElement<'a>) -> Result<(), Refusal> {
        if is_type_only(&element) {
            match &mut element {
                ClassElement::MethodDefinition(method) => method.decorators.clear(),
                ClassElement::PropertyDefinition(property) => property.decorators.clear(),
                // The transformer does not support it.
                ClassElement::AccessorProperty(_) => return Ok(()),
                _ => {}
            }
            self.list.push(element);
            return Ok(());
        }
        match element {
            ClassElement::MethodDefinition(method) => self.method(method),
            ClassElement::PropertyDefinition(property) => self.field(property),
            ClassElement::AccessorProperty(property) => self.accessor(property),
            element => {
                self.list.push(element);
                Ok(())
            }
        }
    }

    pub(super) fn generate(&mut self, code: &str, span: Span) -> Result<(), Refusal> {
        let elements = self.lowering.quote.elements(code, span)?;
        self.list.extend(elements);
        Ok(())
    }

    /// Records decorators, to be evaluated with the next key.
    pub(super) fn decorators(&mut self, decorators: Vec<'a, Decorator<'a>>) -> Result<(), Refusal> {
        let values = self.lowering.evaluate(decorators, self.variables)?;
        let index = self.applied.len() + 1;
        let code = format!("{}[{index}] = {values}", self.variables.decorators);
        self.pending.push(code);
        Ok(())
    }

    /// Creates a key that evaluates the pending code, and the code of its name. The name of a
    /// computed key is stored if it `is_used`.
    pub(super) fn key(
        &mut self,
        key: &mut PropertyKey<'a>,
        computed: &mut bool,
        is_used: bool,
    ) -> Result<String, Refusal> {
        let span = key.span();
        let known = key_name(key, *computed);
        if key.is_private_identifier() {
            return Ok(text(&known.unwrap_or_default()));
        }
        let quote = self.lowering.quote;
        let (value, name) = match known {
            Some(name) if self.pending.is_empty() => return Ok(text(&name)),
            Some(name) => (text(&name), text(&name)),
            None => {
                let taken = key.take_in(&quote.allocator);
                let Ok(expression) = Expression::try_from(taken) else {
                    return Err(Refusal::internal(span));
                };
                let expression = quote.hole(expression);
                if is_used {
                    let name = format!("{}[{}]", self.variables.keys, self.keys);
                    self.keys += 1;
                    self.lowering.has_keys.set(true);
                    let evaluated = self.lowering.property_key;
                    (format!("{name} = {evaluated}({expression})"), name)
                } else {
                    (expression, String::new())
                }
            }
        };
        self.pending.push(value);
        let code = std::mem::take(&mut self.pending).join(", ");
        *key = PropertyKey::from(quote.expression(&code, span)?);
        *computed = true;
        Ok(name)
    }

    /// Records an element with decorators. Returns its index.
    pub(super) fn apply(&mut self, applied: &Applied<'_>) -> usize {
        let index = self.applied.len();
        let Applied {
            kind,
            name,
            is_static,
            private,
            source,
        } = applied;
        let mut code = format!(
            "{{ kind: \"{kind}\", name: {name}, static: {is_static}, private: {}, decorators: {}[{}]",
            private.is_some(),
            self.variables.decorators,
            index + 1
        );
        if let Some(private) = private {
            code.push_str(&format!(
                ", has: (object) => {private} in object, get: (object) => object.{private}"
            ));
            // Only writable elements have a setter.
            if !matches!(*kind, "method" | "getter") {
                code.push_str(&format!(
                    ", set: (object, value) => {{ object.{private} = value; }}"
                ));
            }
        }
        if let Some(source) = source {
            code.push_str(&format!(", source: {source}"));
        }
        code.push_str(" }");
        self.applied.push(code);
        index
    }

    fn method(&mut self, mut method: Box<'a, MethodDefinition<'a>>) -> Result<(), Refusal> {
        if method.kind == MethodDefinitionKind::Constructor {
            self.list.push(ClassElement::MethodDefinition(method));
            return Ok(());
        }
        let decorators = method.decorators.take_in(&self.lowering.quote.allocator);
        let is_decorated = !decorators.is_empty();
        let span = place(&decorators, method.key.span());
        if is_decorated {
            self.decorators(decorators)?;
        }
        let mut computed = method.computed;
        let name = self.key(&mut method.key, &mut computed, is_decorated)?;
        method.computed = computed;
        if !is_decorated {
            self.list.push(ClassElement::MethodDefinition(method));
            return Ok(());
        }
        let is_static = method.r#static;
        self.has_instance_methods |= !is_static;
        let (kind, property_kind) = match method.kind {
            MethodDefinitionKind::Get => ("getter", PropertyKind::Get),
            MethodDefinitionKind::Set => ("setter", PropertyKind::Set),
            _ => ("method", PropertyKind::Init),
        };
        let private =
            key_name(&method.key, computed).filter(|_| method.key.is_private_identifier());
        let Some(private) = private else {
            self.apply(&Applied {
                kind,
                name,
                is_static,
                private: None,
                source: None,
            });
            self.list.push(ClassElement::MethodDefinition(method));
            return Ok(());
        };

        // The prototype of this object makes `super` work as in the class.
        let home = if is_static { "this" } else { "this.prototype" };
        let function = self
            .lowering
            .quote
            .method(method.unbox().value, property_kind);
        let source = format!("{{ __proto__: Object.getPrototypeOf({home}), {name}: {function} }}");
        let index = self.apply(&Applied {
            kind,
            name,
            is_static,
            private: Some(private.clone()),
            source: Some(source),
        });
        let word = if is_static { "static " } else { "" };
        let found = format!("{}.descriptor({index})", self.variables.state);
        let code = match property_kind {
            PropertyKind::Init => format!("{word}get {private}() {{ return {found}.value; }}"),
            PropertyKind::Get => {
                format!("{word}get {private}() {{ return {found}.get.call(this); }}")
            }
            PropertyKind::Set => {
                format!("{word}set {private}(value) {{ {found}.set.call(this, value); }}")
            }
        };
        self.generate(&code, span)
    }

    fn field(&mut self, mut field: Box<'a, PropertyDefinition<'a>>) -> Result<(), Refusal> {
        let decorators = field.decorators.take_in(&self.lowering.quote.allocator);
        let is_decorated = !decorators.is_empty();
        let span = place(&decorators, field.key.span());
        if is_decorated {
            self.decorators(decorators)?;
        } else if field.value.is_none() && !field.computed {
            // The transformer may remove it as a field without a value.
            self.list.push(ClassElement::PropertyDefinition(field));
            return Ok(());
        }
        let mut computed = field.computed;
        let name = self.key(&mut field.key, &mut computed, is_decorated)?;
        field.computed = computed;
        let is_static = field.r#static;
        if !is_decorated {
            self.list.push(ClassElement::PropertyDefinition(field));
            return Ok(());
        }
        let private = key_name(&field.key, computed).filter(|_| field.key.is_private_identifier());
        let value = field.value.take();
        let index = self.apply(&Applied {
            kind: "field",
            name: name.clone(),
            is_static,
            private,
            source: None,
        });
        field.value = Some(self.initial(Some(index), value, &name, span)?);
        field.definite = false;
        self.list.push(ClassElement::PropertyDefinition(field));
        self.initialized(index, is_static, span)
    }

    /// Creates the initializer of a field, which passes its value through its decorators.
    pub(super) fn initial(
        &self,
        index: Option<usize>,
        value: Option<Expression<'a>>,
        name: &str,
        span: Span,
    ) -> Result<Expression<'a>, Refusal> {
        let quote = self.lowering.quote;
        let value = match value {
            Some(value) if value.is_anonymous_function_definition() => {
                let span = value.span();
                let value = quote.hole(value);
                let named = format!("({{ [{name}]: {value} }})[{name}]");
                quote.hole(quote.expression(&named, span)?)
            }
            Some(value) => quote.hole(value),
            None => "void 0".into(),
        };
        let code = match index {
            Some(index) => format!("{}.initial({index}, this, {value})", self.variables.state),
            None => value,
        };
        quote.expression(&code, span)
    }

    /// Adds the code that runs after a field was initialized.
    pub(super) fn initialized(
        &mut self,
        index: usize,
        is_static: bool,
        span: Span,
    ) -> Result<(), Refusal> {
        let run = format!("{}.initialized({index}, this)", self.variables.state);
        if is_static {
            return self.generate(&format!("static {{ {run}; }}"), span);
        }
        let name = self.lowering.quote.unique("initialized");
        self.generate(&format!("#{name} = {run};"), span)
    }

    /// Adds the code before and after all elements.
    pub fn finish(
        &mut self,
        span: Span,
        class: Option<&str>,
        hint: Option<&str>,
    ) -> Result<(), Refusal> {
        let Variables {
            decorators,
            keys,
            state,
            original,
            current,
        } = self.variables;
        if !self.pending.is_empty() {
            // There is no other key. This one is removed before it can be observed.
            self.has_pending_method = true;
            let pending = std::mem::take(&mut self.pending).join(", ");
            let code = format!("static [({pending}, {keys}.last = Symbol())]() {{}}");
            self.generate(&code, span)?;
        }
        let mut first = format!("{original} = this;");
        if self.has_pending_method {
            first.push_str(&format!("delete this[{keys}.last];"));
        }
        if self.is_decorated || !self.applied.is_empty() {
            let apply = self.lowering.apply;
            let applied = self.applied.join(", ");
            let known = class.or(hint).map_or("this.name".to_owned(), text);
            let name = class.filter(|_| self.is_decorated);
            let name = name.map_or(String::new(), |name| format!("{name} = "));
            first.push_str(&format!(
                "{state} = {apply}(this, {decorators}[0], [{applied}], {known});
                 {current} = {name}{state}.target; {state}.start();"
            ));
        }
        let mut before = self
            .lowering
            .quote
            .elements(&format!("static {{ {first} }}"), span)?;
        if self.has_instance_methods {
            let name = self.lowering.quote.unique("initialized");
            let code = format!("#{name} = {state}.instance(this);");
            before.extend(self.lowering.quote.elements(&code, span)?);
        }
        if self.is_decorated {
            self.generate(&format!("static {{ {state}.end(); }}"), span)?;
        }
        let after = std::mem::replace(&mut self.list, before);
        self.list.extend(after);
        Ok(())
    }
}
