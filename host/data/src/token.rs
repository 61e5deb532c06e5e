//! Tokens of values that stay in their VM.

use std::fmt;
use std::sync::Arc;

/// Receives the numbers of dropped [`Token`]s: a VM, or a queue in front of it.
///
/// Implement it to make [`Data`](crate::Data) of forms that another kind of host gave.
pub trait TokenOwner: Send + Sync {
    /// Releases a token. It is called on the thread that drops the last copy of the [`Token`], so
    /// it must not block.
    fn release_token(&self, number: u64);
}

/// A value inside a VM that is not data, such as a function, as it appears in
/// [`Data`](crate::Data).
///
/// It keeps the value alive: the VM releases the value when the last copy of the token is dropped.
///
/// ```
/// use jsvm_data::{Token, TokenOwner};
/// use std::sync::{Arc, Mutex};
///
/// #[derive(Default)]
/// struct Released(Mutex<Vec<u64>>);
///
/// impl TokenOwner for Released {
///     fn release_token(&self, number: u64) {
///         self.0.lock().unwrap().push(number);
///     }
/// }
///
/// let owner = Arc::new(Released::default());
/// let token = Token::new(7, &owner);
/// assert!(token.belongs_to(&owner));
/// drop(token.clone());
/// assert!(owner.0.lock().unwrap().is_empty());
/// drop(token);
/// assert_eq!(*owner.0.lock().unwrap(), [7]);
/// ```
#[derive(Clone)]
pub struct Token(Arc<Retained>);

struct Retained {
    number: u64,
    owner: Arc<dyn TokenOwner>,
}

impl Token {
    /// Takes over a token that `owner` gave.
    pub fn new<O: TokenOwner + 'static>(number: u64, owner: &Arc<O>) -> Self {
        Token(Arc::new(Retained {
            number,
            owner: owner.clone(),
        }))
    }

    /// Whether it is a token of that owner.
    pub fn belongs_to<O: TokenOwner>(&self, owner: &Arc<O>) -> bool {
        std::ptr::addr_eq(Arc::as_ptr(&self.0.owner), Arc::as_ptr(owner))
    }

    /// The number by which the VM knows the value.
    pub fn number(&self) -> u64 {
        self.0.number
    }
}

impl Drop for Retained {
    fn drop(&mut self) {
        self.owner.release_token(self.number);
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Token").field(&self.0.number).finish()
    }
}
