//! Host functions: Rust closures that JavaScript calls.

use std::any::Any;
use std::sync::Arc;

use ::serde::de::DeserializeOwned;
use ::serde::ser::Serialize;
use jsvm_data::Captured;
use rustc_hash::FxHashMap;

use crate::callback::{Answer, CallingFunction, PendingCalls};
use crate::data::{ConversionError, Data, DataBuilder, ErrorClass, ErrorData, Node};
use crate::serde::{ArgumentReader, Options};

/// The value that a host function throws.
///
/// Any error of Rust converts to it with `?`: it becomes an `Error` with its text as the message
/// and its source as the cause.
///
/// ```
/// use jsvm::HostError;
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .function("parse", |text: String| Ok::<f64, HostError>(text.parse()?))
///     .function("refuse", || Err::<(), _>(HostError::type_error("not today")))
///     .build()?;
/// assert_eq!(vm.eval("parse('1.5')")?.to::<f64>()?, 1.5);
/// let caught = "try { parse('x') } catch (e) { e.message }";
/// assert_eq!(vm.eval(caught)?.to::<String>()?, "invalid float literal");
/// assert_eq!(vm.eval("refuse()").unwrap_err().to_string(), "TypeError: not today");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Debug)]
pub struct HostError(Data);

impl HostError {
    /// An `Error`.
    pub fn new(message: impl Into<String>) -> Self {
        Self::of_class(ErrorClass::Error, message)
    }

    /// A `TypeError`.
    pub fn type_error(message: impl Into<String>) -> Self {
        Self::of_class(ErrorClass::TypeError, message)
    }

    /// A `RangeError`.
    pub fn range_error(message: impl Into<String>) -> Self {
        Self::of_class(ErrorClass::RangeError, message)
    }

    /// An error of any built-in class.
    pub fn of_class(class: ErrorClass, message: impl Into<String>) -> Self {
        let mut builder = DataBuilder::new();
        write_error(&mut builder, class, message.into(), None);
        HostError(builder.finish())
    }

    /// Any value: JavaScript can throw them all. For one that cannot be converted it is a
    /// `TypeError` that says why.
    pub fn value(value: impl Serialize) -> Self {
        match Data::of(&value) {
            Ok(data) => HostError(data),
            Err(error) => HostError::type_error(error.to_string()),
        }
    }

    /// Any data.
    pub fn from_data(data: Data) -> Self {
        HostError(data)
    }

    /// What a host function throws that panicked.
    pub(crate) fn panicked(culprit: &str, panic: &(dyn Any + Send)) -> Self {
        let message = panic_message(panic);
        HostError::new(format!("{culprit} panicked: {message}"))
    }

    /// The value to throw.
    pub fn into_data(self) -> Data {
        self.0
    }
}

/// The message of a panic; empty if it has none.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    message.unwrap_or_default().to_owned()
}

impl<E: std::error::Error> From<E> for HostError {
    fn from(error: E) -> Self {
        let mut builder = DataBuilder::new();
        write_chain(&mut builder, &error);
        HostError(builder.finish())
    }
}

fn write_chain(builder: &mut DataBuilder, error: &dyn std::error::Error) -> u32 {
    write_error(
        builder,
        ErrorClass::Error,
        error.to_string(),
        error.source(),
    )
}

fn write_error(
    builder: &mut DataBuilder,
    class: ErrorClass,
    message: String,
    cause: Option<&dyn std::error::Error>,
) -> u32 {
    let root = builder.reserve();
    let message = builder.push(Node::Text(message));
    let mut properties = vec![("message".to_owned(), message)];
    if let Some(cause) = cause {
        properties.push(("cause".to_owned(), write_chain(builder, cause)));
    }
    builder.fill(
        root,
        Node::Error(ErrorData {
            class,
            name: None,
            properties,
        }),
    );
    root
}

/// A result of a host function: anything that serde can serialize, or a `Result` of it.
///
/// You do not implement it: implement `Serialize` for the value, and `std::error::Error` for the
/// error.
///
/// The parameter says which of the two, and is inferred. An error that both is a Rust error and can
/// be serialized leaves it open: convert it, `map_err(HostError::from)` or
/// `map_err(HostError::value)`. An error that can only be serialized, such as a `String`, is thrown
/// as that value; a string as the message of an `Error`.
///
/// ```
/// use jsvm::HostError;
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .function("half", |n: u32| n / 2)
///     .function("checked", |n: u32| n.checked_sub(1).ok_or(HostError::range_error("too small")))
///     .build()?;
/// assert_eq!(vm.eval("half(5)")?.to::<u32>()?, 2);
/// assert_eq!(vm.eval("checked(0)").unwrap_err().exception().unwrap().name, "RangeError");
/// # Ok::<(), jsvm::Error>(())
/// ```
pub trait HostResult<Kind> {
    /// The value to return or to throw.
    ///
    /// # Errors
    /// The value to throw.
    fn into_outcome(self) -> Result<Data, HostError>
    where
        Self: Sized,
    {
        self.into_captured().map(Data::from)
    }

    /// The value to return or to throw, in the form in which it is passed most cheaply.
    ///
    /// # Errors
    /// The value to throw.
    #[doc(hidden)]
    fn into_captured(self) -> Result<Captured, HostError>;
}

/// Marks what is returned as it is.
#[derive(Debug)]
pub struct Returns;

/// Marks a `Result` with an error of Rust.
#[derive(Debug)]
pub struct Throws;

fn unfit(error: &ConversionError) -> HostError {
    HostError::type_error(format!("the result cannot be converted: {error}"))
}

impl<T: Serialize> HostResult<Returns> for T {
    fn into_captured(self) -> Result<Captured, HostError> {
        match Captured::of_result(&self).map_err(|error| unfit(&error))? {
            Ok(value) => Ok(value),
            Err(Captured::Text(message)) => Err(HostError::new(message)),
            Err(reason) => Err(HostError(reason.into())),
        }
    }
}

impl<T: Serialize, E: Into<HostError>> HostResult<Throws> for Result<T, E> {
    fn into_captured(self) -> Result<Captured, HostError> {
        let value = self.map_err(Into::into)?;
        Captured::of(&value, &Options::default()).map_err(|error| unfit(&error))
    }
}

/// A closure that JavaScript can call: up to eight arguments of types that serde can deserialize,
/// and a result that it can serialize, or a `Result` of one; see the module
/// [`serde`](mod@crate::serde).
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize)]
/// struct Order {
///     lines: Vec<Line>,
/// }
///
/// #[derive(Deserialize)]
/// struct Line {
///     price: f64,
/// }
///
/// #[derive(Serialize)]
/// struct Receipt {
///     total: f64,
/// }
///
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .function("pay", |order: Order| Receipt {
///         total: order.lines.iter().map(|line| line.price).sum(),
///     })
///     .build()?;
/// let total = vm.eval("pay({ lines: [{ price: 2 }, { price: 3 }] }).total")?;
/// assert_eq!(total.to::<f64>()?, 5.0);
/// let error = vm.eval("pay({ lines: [{ price: 'x' }] })").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"TypeError: argument 1: lines[0].price: expected a number, found string "x""#
/// );
/// # Ok::<(), jsvm::Error>(())
/// ```
///
/// A missing argument is `undefined`, and arguments beyond are ignored, as for a function of
/// JavaScript. An argument of another type throws a `TypeError` that says which.
///
/// You do not implement it: pass a closure or a function. Its methods may change in any release.
pub trait HostFunction<Args>: Send + Sync + 'static {
    /// How many arguments it takes.
    const ARITY: u32;

    /// Calls it with arguments.
    ///
    /// # Errors
    /// The value that it throws.
    #[doc(hidden)]
    fn call(&self, args: &mut ArgumentReader<'_>) -> Result<Captured, HostError>;
}

/// All arguments as they are: for a closure that takes any number of them.
///
/// ```
/// use jsvm::{Arguments, Data};
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .function("count", |args: Arguments| args.0.len() as u32)
///     .build()?;
/// assert_eq!(vm.eval("count(1, 'x', null)")?.to::<u32>()?, 3);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Arguments(
    /// The arguments in order.
    pub Vec<Data>,
);

/// Marks a closure that takes [`Arguments`].
#[derive(Debug)]
pub struct Variadic;

impl<F, R, Kind> HostFunction<(Kind, Variadic)> for F
where
    F: Fn(Arguments) -> R + Send + Sync + 'static,
    R: HostResult<Kind>,
{
    const ARITY: u32 = 0;

    fn call(&self, args: &mut ArgumentReader<'_>) -> Result<Captured, HostError> {
        self(Arguments(args.rest()?)).into_captured()
    }
}

/// The next argument.
pub(crate) fn argument<T: DeserializeOwned>(args: &mut ArgumentReader<'_>) -> Result<T, HostError> {
    args.take()
        .map_err(|error| HostError::type_error(format!("argument {}: {error}", args.index())))
}

macro_rules! closures {
    ($($arity:literal ($($name:ident)*))*) => {
        $(impl<Func, R, Kind, $($name),*> HostFunction<(Kind, ($($name,)*))> for Func
        where
            Func: Fn($($name),*) -> R + Send + Sync + 'static,
            R: HostResult<Kind>,
            $($name: DeserializeOwned,)*
        {
            const ARITY: u32 = $arity;

            fn call(&self, args: &mut ArgumentReader<'_>) -> Result<Captured, HostError> {
                let _ = args;
                self($(argument::<$name>(args)?),*).into_captured()
            }
        })*
    };
}

closures! {
    0 ()
    1 (A)
    2 (A B)
    3 (A B C)
    4 (A B C D)
    5 (A B C D E)
    6 (A B C D E F)
    7 (A B C D E F G)
    8 (A B C D E F G H)
}

/// How the function of a name begins, if it calls JavaScript functions.
pub(crate) type CallingFunctions = FxHashMap<String, Arc<ErasedCalling>>;

type ErasedCalling = dyn Fn(&mut ArgumentReader<'_>) -> Result<Answer, HostError> + Send + Sync;

type Erased = dyn Fn(&mut ArgumentReader<'_>) -> Result<Captured, HostError> + Send + Sync;

/// Host functions by name.
#[derive(Clone, Default)]
pub(crate) struct Functions {
    by_name: FxHashMap<String, Arc<Erased>>,
    /// Looked at only for names that are not in `by_name`.
    pub(crate) calling: CallingFunctions,
}

impl Functions {
    pub(crate) fn insert<Args>(&mut self, name: String, function: impl HostFunction<Args>) {
        self.insert_erased(name, move |args| function.call(args));
    }

    /// Adds a closure that reads its arguments itself.
    pub(crate) fn insert_erased(
        &mut self,
        name: String,
        function: impl Fn(&mut ArgumentReader<'_>) -> Result<Captured, HostError>
        + Send
        + Sync
        + 'static,
    ) {
        self.calling.remove(&name);
        self.by_name.insert(name, Arc::new(function));
    }

    /// Adds a closure that calls JavaScript functions.
    pub(crate) fn insert_calling<Args>(
        &mut self,
        name: String,
        function: impl CallingFunction<Args>,
    ) {
        self.by_name.remove(&name);
        let begin = move |args: &mut ArgumentReader<'_>| function.begin(args);
        self.calling.insert(name, Arc::new(begin));
    }

    /// Forgets a function. Returns whether there was one.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        self.by_name.remove(name).is_some() || self.calling.remove(name).is_some()
    }

    /// Calls a function with arguments.
    pub(crate) fn call(
        &self,
        name: &str,
        args: &mut ArgumentReader<'_>,
        pending: &PendingCalls,
    ) -> Result<Captured, HostError> {
        match self.by_name.get(name) {
            Some(function) => function(args),
            None => pending.call(&self.calling, name, args),
        }
    }
}
