//! Asynchronous host functions: Rust closures that return futures, and promises of JavaScript.

use std::pin::Pin;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;

use crate::data::{Data, DataBuilder, ErrorClass, ErrorData, Node};
use crate::function::{Arguments, HostError, HostResult, argument};
use crate::serde::ArgumentReader;

/// The future behind a request. Its type is an implementation detail of [`AsyncHostFunction`]: write
/// an `async` closure.
///
/// ```
/// let future: jsvm::RequestFuture = Box::pin(async { Ok(jsvm::Data::of(&1)?) });
/// # drop(future);
/// ```
pub type RequestFuture = Pin<Box<dyn Future<Output = Result<Data, HostError>> + Send>>;

/// A closure that JavaScript calls and that answers later: what it returns is a promise.
///
/// It takes arguments as [`HostFunction`](crate::HostFunction)s do, and returns a future of a value
/// or of a `Result` of one. One of its parameters can be a [`RequestInfo`], and the last one
/// [`Arguments`] for all the rest.
///
/// ```
/// use jsvm::{EventLoop, Source};
/// use std::time::Duration;
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .async_function("greet", async |name: String| {
///         tokio::time::sleep(Duration::from_millis(1)).await;
///         format!("Hello, {name}!")
///     })
///     .build()?;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let greeting = EventLoop::new(&vm).eval("greet('world')").await?;
/// assert_eq!(greeting.to::<String>()?, "Hello, world!");
/// # Ok::<(), jsvm::Error>(()) })?;
/// # Ok::<(), jsvm::Error>(())
/// ```
///
/// You do not implement it: pass a closure or a function. Its methods may change in any release.
pub trait AsyncHostFunction<Args>: Send + Sync + 'static {
    /// How many arguments of JavaScript it takes.
    const ARITY: u32;

    /// Starts it.
    ///
    /// # Errors
    /// The reason to reject the promise with at once.
    #[doc(hidden)]
    fn call(
        &self,
        request: RequestInfo,
        args: &mut ArgumentReader<'_>,
    ) -> Result<RequestFuture, HostError>;
}

/// The request that an asynchronous function answers.
///
/// ```
/// use jsvm::{EventLoop, RequestInfo};
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .async_function("name", async |request: RequestInfo| request.name.to_string())
///     .build()?;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// assert_eq!(EventLoop::new(&vm).eval("name()").await?.to::<String>()?, "name");
/// # Ok::<(), jsvm::Error>(()) })?;
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestInfo {
    /// The number of the request, unique in the life of the VM and the same after a restore.
    pub id: u64,
    /// The name of the function.
    pub name: Arc<str>,
    /// Whether it was handed out before, to an event loop that did not settle it: the VM was
    /// frozen meanwhile, or that event loop was dropped. The work may have been done, in part or
    /// wholly.
    pub repeated: bool,
}

impl RequestInfo {
    /// Returns the error to answer with when the work must not be done twice: the promise is
    /// rejected with an `Error` whose `name` is `RequestLostError` and whose `code` is
    /// `ERR_REQUEST_LOST`; the properties `request` and `id` say which it is.
    ///
    /// ```
    /// use jsvm::{HostError, RequestInfo};
    /// let charge = async |request: RequestInfo, cents: u32| {
    ///     if request.repeated {
    ///         return Err(request.lost());
    ///     }
    ///     Ok::<u32, HostError>(cents)
    /// };
    /// let builder = jsvm::Engine::global()?.vm().async_function("charge", charge);
    /// # let _ = builder;
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    pub fn lost(&self) -> HostError {
        let mut data = DataBuilder::new();
        let root = data.reserve();
        let message = format!(
            "request `{}` was in flight when its VM was frozen or its event loop dropped; \
             whether it was carried out is not known",
            self.name
        );
        let properties = [
            ("message", data.push(Node::Text(message))),
            ("code", data.push(Node::Text("ERR_REQUEST_LOST".to_owned()))),
            ("request", data.push(Node::Text((*self.name).to_owned()))),
            ("id", data.push(Node::Number(self.id as f64))),
        ];
        let error = ErrorData {
            class: ErrorClass::Error,
            name: Some("RequestLostError".to_owned()),
            properties: properties.map(|(key, node)| (key.to_owned(), node)).into(),
        };
        data.fill(root, Node::Error(error));
        HostError::value(data.finish())
    }
}

/// A parameter of an [`AsyncHostFunction`]: a type that serde can deserialize, a [`RequestInfo`],
/// or [`Arguments`].
///
/// ```
/// use jsvm::{Arguments, EventLoop, FromRequest, RequestInfo};
/// // A number counts as an argument of JavaScript, what is known of the request does not.
/// assert_eq!((<f64 as FromRequest>::COUNT, <RequestInfo as FromRequest>::COUNT), (1, 0));
/// ```
///
/// You do not implement it: implement `Deserialize`.
pub trait FromRequest: Sized {
    /// How many arguments of JavaScript it takes.
    const COUNT: usize;

    /// Takes it from a request, of whose arguments some have been read.
    ///
    /// # Errors
    /// If the argument is of another type.
    #[doc(hidden)]
    fn from_request(
        request: &RequestInfo,
        args: &mut ArgumentReader<'_>,
    ) -> Result<Self, HostError>;
}

impl<T: DeserializeOwned> FromRequest for T {
    const COUNT: usize = 1;

    fn from_request(_: &RequestInfo, args: &mut ArgumentReader<'_>) -> Result<Self, HostError> {
        argument(args)
    }
}

impl FromRequest for RequestInfo {
    const COUNT: usize = 0;

    fn from_request(request: &RequestInfo, _: &mut ArgumentReader<'_>) -> Result<Self, HostError> {
        Ok(request.clone())
    }
}

impl FromRequest for Arguments {
    const COUNT: usize = 0;

    fn from_request(_: &RequestInfo, args: &mut ArgumentReader<'_>) -> Result<Self, HostError> {
        Ok(Arguments(args.rest()?))
    }
}

macro_rules! async_closures {
    ($($($name:ident)*;)*) => {
        $(impl<Func, Fut, R, Kind, $($name),*> AsyncHostFunction<(Kind, ($($name,)*))> for Func
        where
            Func: Fn($($name),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: HostResult<Kind>,
            $($name: FromRequest,)*
        {
            const ARITY: u32 = (0 $(+ $name::COUNT)*) as u32;

            #[allow(unused_variables, non_snake_case)]
            fn call(
                &self,
                request: RequestInfo,
                args: &mut ArgumentReader<'_>,
            ) -> Result<RequestFuture, HostError> {
                $(let $name = <$name as FromRequest>::from_request(&request, args)?;)*
                let future = self($($name),*);
                Ok(Box::pin(async move { future.await.into_outcome() }))
            }
        })*
    };
}

async_closures! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

type Erased = dyn Fn(RequestInfo, &Data) -> Result<RequestFuture, HostError> + Send + Sync;

#[derive(Clone)]
struct Registered {
    function: Arc<Erased>,
    /// Whether a program does not wait for it.
    #[cfg_attr(not(feature = "event-loop"), allow(dead_code))]
    is_background: bool,
}

/// Asynchronous functions by name.
#[derive(Clone, Default)]
pub(crate) struct AsyncFunctions {
    by_name: FxHashMap<Arc<str>, Registered>,
}

impl AsyncFunctions {
    pub(crate) fn insert<Args>(
        &mut self,
        name: &str,
        function: impl AsyncHostFunction<Args>,
        is_background: bool,
    ) {
        let erased: Arc<Erased> = Arc::new(move |request, args: &Data| {
            function.call(request, &mut ArgumentReader::new(args)?)
        });
        let registered = Registered {
            function: erased,
            is_background,
        };
        self.by_name.insert(name.into(), registered);
    }

    /// Whether there is a function of this name.
    #[cfg(feature = "event-loop")]
    pub(crate) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Whether a program does not wait for requests of this name.
    #[cfg(feature = "event-loop")]
    pub(crate) fn is_background(&self, name: &str) -> bool {
        let registered = self.by_name.get(name);
        registered.is_some_and(|registered| registered.is_background)
    }

    /// Starts a function with an array of arguments.
    #[cfg(feature = "event-loop")]
    pub(crate) fn start(
        &self,
        request: RequestInfo,
        args: &Data,
    ) -> Result<RequestFuture, HostError> {
        match self.by_name.get(&request.name) {
            Some(registered) => (registered.function)(request, args),
            None => Err(HostError::type_error(format!(
                "nothing answers requests of the name `{}`",
                request.name
            ))),
        }
    }
}
