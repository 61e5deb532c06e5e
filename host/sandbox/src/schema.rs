//! JSON Schemas, compiled.

use jsonschema::Validator;
use serde_json::Value;

use crate::tool::Issue;

/// How many issues are reported of one value.
const MAX_ISSUES: usize = 8;
/// Bytes of one message. A message can contain the value.
const MAX_MESSAGE: usize = 300;

/// A schema that checks values.
#[derive(Debug)]
pub struct Schema {
    validator: Validator,
}

impl Schema {
    /// Compiles a schema. References lead into the schema itself: nothing is fetched.
    pub fn new(schema: &Value) -> Result<Schema, String> {
        let validator = jsonschema::validator_for(schema).map_err(|error| error.to_string())?;
        Ok(Schema { validator })
    }

    /// Returns what does not fit.
    pub fn issues(&self, value: &Value) -> Vec<Issue> {
        let errors = self.validator.iter_errors(value).take(MAX_ISSUES);
        let issue = |error: jsonschema::ValidationError<'_>| Issue {
            path: error.instance_path().to_string(),
            message: shortened(error.to_string(), MAX_MESSAGE),
        };
        errors.map(issue).collect()
    }
}

/// Describes issues in one line.
pub fn sentence(issues: &[Issue]) -> String {
    let parts = issues.iter().map(|issue| match issue.path.as_str() {
        "" => issue.message.clone(),
        path => format!("{path}: {}", issue.message),
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// Cuts a text at a limit of bytes.
pub fn shortened(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push('…');
    }
    text
}
