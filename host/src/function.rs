//! Host functions: Rust closures that JavaScript calls.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use crate::data::{
    ConversionError, Data, DataBuilder, ErrorClass, ErrorData, FromJs, IntoJs, Node, NodeRef,
};

/// What a host function throws.
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

    /// Any value: JavaScript can throw them all.
    pub fn value(value: impl IntoJs) -> Self {
        HostError(value.into_data())
    }

    /// What a host function throws that panicked.
    pub(crate) fn panicked(name: &str, panic: &(dyn Any + Send)) -> Self {
        let message = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or_default();
        HostError::new(format!("host function `{name}` panicked: {message}"))
    }

    /// The value to throw.
    pub fn into_data(self) -> Data {
        self.0
    }
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

/// What a host function can return: a value, or a `Result` of one.
pub trait HostResult {
    /// The value to return or to throw.
    ///
    /// # Errors
    /// The value to throw.
    fn into_outcome(self) -> Result<Data, HostError>;
}

impl<T: IntoJs> HostResult for T {
    fn into_outcome(self) -> Result<Data, HostError> {
        Ok(self.into_data())
    }
}

impl<T: IntoJs, E: Into<HostError>> HostResult for Result<T, E> {
    fn into_outcome(self) -> Result<Data, HostError> {
        self.map(IntoJs::into_data).map_err(Into::into)
    }
}

/// A closure that JavaScript can call: up to eight arguments that are [`FromJs`], and a result
/// that is [`IntoJs`] or a `Result` of one.
///
/// A missing argument is `undefined`, and arguments beyond are ignored, as for a function of
/// JavaScript. An argument of another type throws a `TypeError` that says which.
pub trait HostFunction<Args>: Send + Sync + 'static {
    /// How many arguments it takes.
    const ARITY: u32;

    /// Calls it with an array of arguments.
    ///
    /// # Errors
    /// What it throws.
    fn call(&self, args: NodeRef<'_>) -> Result<Data, HostError>;
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

impl<F, R> HostFunction<Variadic> for F
where
    F: Fn(Arguments) -> R + Send + Sync + 'static,
    R: HostResult,
{
    const ARITY: u32 = 0;

    fn call(&self, args: NodeRef<'_>) -> Result<Data, HostError> {
        let args = args.to::<Vec<Data>>()?;
        self(Arguments(args)).into_outcome()
    }
}

pub(crate) fn argument<T: FromJs>(args: NodeRef<'_>, index: usize) -> Result<T, HostError> {
    let node = match args.node() {
        Node::Array(elements) => elements.get(index).map(|element| args.at(*element)),
        _ => None,
    };
    T::from_js(node.unwrap_or(NodeRef::undefined())).map_err(|error| in_argument(error, index))
}

pub(crate) fn in_argument(error: ConversionError, index: usize) -> HostError {
    HostError::type_error(format!("argument {}: {error}", index + 1))
}

macro_rules! closures {
    ($($arity:literal ($($name:ident $index:tt)*))*) => {
        $(impl<Func, R, $($name),*> HostFunction<($($name,)*)> for Func
        where
            Func: Fn($($name),*) -> R + Send + Sync + 'static,
            R: HostResult,
            $($name: FromJs,)*
        {
            const ARITY: u32 = $arity;

            fn call(&self, args: NodeRef<'_>) -> Result<Data, HostError> {
                let _ = args;
                self($(argument::<$name>(args, $index)?),*).into_outcome()
            }
        })*
    };
}

closures! {
    0 ()
    1 (A 0)
    2 (A 0 B 1)
    3 (A 0 B 1 C 2)
    4 (A 0 B 1 C 2 D 3)
    5 (A 0 B 1 C 2 D 3 E 4)
    6 (A 0 B 1 C 2 D 3 E 4 F 5)
    7 (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    8 (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
}

type Erased = dyn Fn(NodeRef<'_>) -> Result<Data, HostError> + Send + Sync;

/// Host functions by name.
#[derive(Clone, Default)]
pub(crate) struct Functions {
    by_name: HashMap<String, Arc<Erased>>,
}

impl Functions {
    pub(crate) fn insert<Args>(&mut self, name: String, function: impl HostFunction<Args>) {
        self.by_name
            .insert(name, Arc::new(move |args: NodeRef<'_>| function.call(args)));
    }

    /// Adds a closure that takes the array of arguments as it is.
    pub(crate) fn insert_raw(
        &mut self,
        name: String,
        function: impl Fn(NodeRef<'_>) -> Result<Data, HostError> + Send + Sync + 'static,
    ) {
        self.by_name.insert(name, Arc::new(function));
    }

    /// Forgets a function. Returns whether there was one.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        self.by_name.remove(name).is_some()
    }

    /// Calls a function with an array of arguments.
    pub(crate) fn call(&self, name: &str, args: &Data) -> Result<Data, HostError> {
        match self.by_name.get(name) {
            Some(function) => function(args.root()),
            // Nobody listens to the console: that is no error.
            None if name == "jsvm:console" => Ok(().into_data()),
            None => Err(HostError::type_error(format!(
                "there is no host function `{name}`"
            ))),
        }
    }
}
