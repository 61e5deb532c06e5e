//! Secrets: a program has placeholders, and the worker puts secrets in their place.

use std::collections::HashMap;

use jsvm::HostError;
use sha2::{Digest, Sha256};

use crate::effects::HttpCall;

/// The placeholder of a secret begins with this.
const SECRET: &str = "jsvm-secret:";

/// Digits of the proof that a flow made a placeholder.
const PROOF: usize = 32;

/// Makes the placeholder of a secret. No other flow can make the same one.
pub(crate) fn secret_placeholder(seed: &[u8; 32], name: &str) -> String {
    let mut digest = Sha256::new_with_prefix(b"jsvm-flow secret\0");
    digest.update(seed);
    digest.update(name.as_bytes());
    let proof: String = digest
        .finalize()
        .iter()
        .take(PROOF / 2)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{SECRET}{name}:{proof}")
}

/// Puts secrets in the place of their placeholders, in the values of header fields.
///
/// # Errors
/// If a placeholder names a secret that is not there, or is not one of this flow.
pub(crate) fn reveal(
    call: &mut HttpCall,
    seed: &[u8; 32],
    secrets: &HashMap<String, String>,
) -> Result<(), HostError> {
    for (_, value) in &mut call.headers {
        while let Some(start) = value.find(SECRET) {
            let rest = &value[start + SECRET.len()..];
            let (name, proof) = rest.split_once(':').unwrap_or((rest, ""));
            let name = name.to_owned();
            let placeholder = secret_placeholder(seed, &name);
            let is_genuine = proof
                .get(..PROOF)
                .is_some_and(|_| value[start..].starts_with(&placeholder));
            let secret = secrets.get(&name).filter(|_| is_genuine);
            let secret = secret.ok_or_else(|| {
                HostError::type_error(format!(
                    "the secret {name} is not there: give it to the worker, as in --secret {name}=FILE"
                ))
            })?;
            if secret
                .bytes()
                .any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f)
            {
                return Err(HostError::type_error(format!(
                    "the secret {name} cannot be in a header: it has a line break or another control character"
                )));
            }
            if secret.contains(SECRET) {
                return Err(HostError::type_error(format!(
                    "the secret {name} contains a placeholder"
                )));
            }
            value.replace_range(start..start + placeholder.len(), secret);
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn secrets_take_the_place_of_genuine_placeholders_alone() {
        let secrets = HashMap::from([("TOKEN".to_owned(), "t0p".to_owned())]);
        let call = |value: String| HttpCall {
            method: "GET".into(),
            url: "https://example.com/".into(),
            headers: vec![("authorization".into(), value)],
            body: None,
            decode: false,
        };
        let placeholder = secret_placeholder(&[1; 32], "TOKEN");
        let mut right = call(format!("Bearer {placeholder}!"));
        reveal(&mut right, &[1; 32], &secrets).unwrap();
        assert_eq!(right.headers[0].1, "Bearer t0p!");
        assert!(reveal(&mut call(placeholder), &[2; 32], &secrets).is_err());
        assert!(reveal(&mut call("jsvm-secret:TOKEN".into()), &[1; 32], &secrets).is_err());
        let unknown = secret_placeholder(&[1; 32], "OTHER");
        assert!(reveal(&mut call(unknown), &[1; 32], &secrets).is_err());
    }
}
