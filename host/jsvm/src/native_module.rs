//! Modules made in Rust: functions, values and classes that scripts import.

use crate::async_function::{AsyncFunctions, AsyncHostFunction};
use ::serde::de::DeserializeOwned;
use ::serde::ser::Serialize;
use jsvm_data::{Captured, Form};

use crate::bindings::wit::{
    MemberKind, NativeClass, NativeContent, NativeExport, NativeFunction, NativeMember,
};
use crate::data::Data;
use crate::function::{Functions, HostError, HostFunction, HostResult, argument};
use crate::serde::ArgumentReader;

/// A module made in Rust, for [`VmBuilder::module`](crate::VmBuilder::module).
///
/// ```
/// use jsvm::{Class, NativeModule, Source};
/// let shapes = NativeModule::new()
///     .value("UNIT", 1.0)
///     .function("area", |width: f64, height: f64| width * height)
///     .class(
///         Class::new("Counter", |start: f64| start)
///             .method("add", |count: &mut f64, by: f64| *count += by)
///             .getter("count", |count: &mut f64| *count),
///     );
/// let vm = jsvm::Engine::global()?.vm().module("acme:shapes", shapes).build()?;
/// let namespace = vm.eval(Source::module(
///     "import { area, Counter, UNIT } from 'acme:shapes';
///      const counter = new Counter(40);
///      counter.add(area(UNIT, 2));
///      export const result = counter.count",
/// ))?;
/// vm.run_jobs()?;
/// assert_eq!(namespace.promise_value()?.get("result")?.to::<f64>()?, 42.0);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Default)]
pub struct NativeModule {
    exports: Vec<(String, Export)>,
}

/// Puts what answers calls under a name that no other has.
type Register = Box<dyn FnOnce(&mut Functions, &mut AsyncFunctions, String)>;

enum Export {
    Value(Form),
    Function {
        length: u32,
        is_async: bool,
        register: Register,
    },
    Request(String),
    Class(Class),
}

impl NativeModule {
    /// A module without exports.
    pub fn new() -> Self {
        Self::default()
    }

    fn export(mut self, name: impl Into<String>, export: Export) -> Self {
        self.exports.push((name.into(), export));
        self
    }

    /// Exports a value, which each VM has a copy of. The name `default` makes it the default
    /// export.
    ///
    /// # Panics
    /// If it cannot be converted. To handle that, convert it with [`Data::of`] first.
    #[must_use]
    pub fn value(self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        let form = Data::of(&value).and_then(Data::into_form);
        match form {
            Ok(value) => self.export(name, Export::Value(value)),
            Err(error) => panic!("the export `{name}` cannot be converted: {error}"),
        }
    }

    /// Exports a function.
    #[must_use]
    pub fn function<Args, F: HostFunction<Args>>(
        self,
        name: impl Into<String>,
        function: F,
    ) -> Self {
        let export = Export::Function {
            length: F::ARITY,
            is_async: false,
            register: Box::new(|functions, _, name| functions.insert(name, function)),
        };
        self.export(name, export)
    }

    /// Exports a function that returns a promise; see [`AsyncHostFunction`].
    #[must_use]
    pub fn async_function<Args, F: AsyncHostFunction<Args>>(
        self,
        name: impl Into<String>,
        function: F,
    ) -> Self {
        let export = Export::Function {
            length: F::ARITY,
            is_async: true,
            register: Box::new(|_, functions, name| functions.insert(&name, function, false)),
        };
        self.export(name, export)
    }

    /// Exports a function that makes a request of this name, which whoever drives the VM answers:
    /// with [`VmBuilder::async_handler`](crate::VmBuilder::async_handler), for one.
    #[must_use]
    pub fn request(self, name: impl Into<String>, request: impl Into<String>) -> Self {
        self.export(name, Export::Request(request.into()))
    }

    /// Exports a class under its name.
    #[must_use]
    pub fn class(self, class: Class) -> Self {
        let name = class.name.clone();
        self.export(name, Export::Class(class))
    }

    /// Registers what answers its calls, and describes its exports.
    pub(crate) fn register(
        self,
        module: &str,
        functions: &mut Functions,
        async_functions: &mut AsyncFunctions,
    ) -> Vec<NativeExport> {
        let exports = self.exports.into_iter().map(|(name, export)| {
            let target = format!("{module}#{name}");
            let content = match export {
                Export::Value(form) => NativeContent::Value(form.into()),
                Export::Function {
                    length,
                    is_async,
                    register,
                } => {
                    register(functions, async_functions, target.clone());
                    let function = NativeFunction {
                        call: target,
                        length,
                    };
                    match is_async {
                        true => NativeContent::RequestFunction(function),
                        false => NativeContent::HostFunction(function),
                    }
                }
                Export::Request(call) => {
                    NativeContent::RequestFunction(NativeFunction { call, length: 0 })
                }
                Export::Class(class) => {
                    NativeContent::Class(class.register(target, functions, async_functions))
                }
            };
            NativeExport { name, content }
        });
        exports.collect()
    }
}

/// A class made in Rust. An instance holds a state of the type `S`, which scripts cannot see.
///
/// The state lives inside the VM, in the form in which it crosses between Rust and JavaScript: a
/// snapshot holds it, and a restored VM goes on with it. Each call copies it out and in, so it
/// should be small: what is large or cannot be copied, such as a connection, is kept in Rust under
/// a number, and the number is the state.
///
/// ```
/// use jsvm::{Class, NativeModule, Source};
/// let counter = Class::new("Counter", |start: u32| start)
///     .method("next", |count: &mut u32| {
///         *count += 1;
///         *count
///     });
/// let module = NativeModule::new().class(counter);
/// let vm = jsvm::Engine::global()?.vm().module("counters", module).build()?;
/// let text = "import { Counter } from 'counters'; export const two = new Counter(1).next()";
/// let namespace = vm.eval(Source::module(text))?;
/// vm.run_jobs()?;
/// assert_eq!(namespace.promise_value()?.get("two")?.to::<u32>()?, 2);
/// # Ok::<(), jsvm::Error>(())
/// ```
pub struct Class {
    name: String,
    length: u32,
    construct: Register,
    members: Vec<Member>,
}

struct Member {
    key: String,
    kind: MemberKind,
    length: u32,
    register: Register,
}

impl Class {
    /// A class with a name, and a function from the arguments of `new` to the state.
    pub fn new<Args, F: HostFunction<Args>>(name: impl Into<String>, construct: F) -> Self {
        Class {
            name: name.into(),
            length: F::ARITY,
            construct: Box::new(|functions, _, name| functions.insert(name, construct)),
            members: Vec::new(),
        }
    }

    fn member(
        mut self,
        key: impl Into<String>,
        kind: MemberKind,
        length: u32,
        register: Register,
    ) -> Self {
        let key = key.into();
        self.members.push(Member {
            key,
            kind,
            length,
            register,
        });
        self
    }

    fn with_state<S, Args, F: Method<S, Args>>(
        self,
        key: impl Into<String>,
        kind: MemberKind,
        method: F,
    ) -> Self {
        let register: Register = Box::new(|functions, _, name| {
            functions.insert_erased(name, move |args| method.call(args).map(Captured::Data));
        });
        self.member(key, kind, F::ARITY, register)
    }

    /// A method: a closure of the state and the arguments.
    #[must_use]
    pub fn method<S, Args, F: Method<S, Args>>(self, name: impl Into<String>, method: F) -> Self {
        self.with_state(name, MemberKind::Method, method)
    }

    /// An accessor to read.
    #[must_use]
    pub fn getter<S, Kind, F: Method<S, (Kind, ())>>(
        self,
        name: impl Into<String>,
        getter: F,
    ) -> Self {
        self.with_state(name, MemberKind::Getter, getter)
    }

    /// An accessor to write: a closure of the state and the value.
    #[must_use]
    pub fn setter<S, A, Kind, F: Method<S, (Kind, (A,))>>(
        self,
        name: impl Into<String>,
        setter: F,
    ) -> Self {
        self.with_state(name, MemberKind::Setter, setter)
    }

    /// A function of the class itself.
    #[must_use]
    pub fn static_function<Args, F: HostFunction<Args>>(
        self,
        name: impl Into<String>,
        function: F,
    ) -> Self {
        let register: Register = Box::new(|functions, _, name| functions.insert(name, function));
        self.member(name, MemberKind::StaticMethod, F::ARITY, register)
    }

    fn register(
        self,
        target: String,
        functions: &mut Functions,
        async_functions: &mut AsyncFunctions,
    ) -> NativeClass {
        (self.construct)(functions, async_functions, target.clone());
        let members = self.members.into_iter().map(|member| {
            let (separator, accessor) = match member.kind {
                MemberKind::StaticMethod => (".", ""),
                MemberKind::Getter => ("#", "get "),
                MemberKind::Setter => ("#", "set "),
                MemberKind::Method => ("#", ""),
            };
            let call = format!("{target}{separator}{accessor}{}", member.key);
            (member.register)(functions, async_functions, call.clone());
            NativeMember {
                key: member.key,
                kind: member.kind,
                call,
                length: member.length,
            }
        });
        NativeClass {
            members: members.collect(),
            call: target,
            length: self.length,
        }
    }
}

/// A closure that is a member of a [`Class`]: of the state, as `&mut S`, and of arguments.
///
/// ```
/// use jsvm::Method;
/// fn arity<S, Args>(method: impl Method<S, Args>) -> u32 {
///     fn of<S, Args, M: Method<S, Args>>(_: &M) -> u32 {
///         M::ARITY
///     }
///     of(&method)
/// }
/// // The state does not count.
/// assert_eq!(arity(|total: &mut f64, amount: f64| *total += amount), 1);
/// ```
///
/// You do not implement it: pass a closure or a function. Its methods may change in any release.
pub trait Method<S, Args>: Send + Sync + 'static {
    /// How many arguments of JavaScript it takes.
    const ARITY: u32;

    /// Calls it with an array of the state and the arguments; returns an array of the new state
    /// and the result.
    ///
    /// # Errors
    /// The value that it throws. The state then stays as it was.
    #[doc(hidden)]
    fn call(&self, args: &mut ArgumentReader<'_>) -> Result<Data, HostError>;
}

macro_rules! methods {
    ($($arity:literal ($($name:ident)*))*) => {
        $(impl<Func, State, R, Kind, $($name),*> Method<State, (Kind, ($($name,)*))> for Func
        where
            Func: Fn(&mut State, $($name),*) -> R + Send + Sync + 'static,
            State: DeserializeOwned + Serialize,
            R: HostResult<Kind>,
            $($name: DeserializeOwned,)*
        {
            const ARITY: u32 = $arity;

            fn call(&self, args: &mut ArgumentReader<'_>) -> Result<Data, HostError> {
                let mut state = argument::<State>(args)?;
                let result = self(&mut state, $(argument::<$name>(args)?),*);
                let result = result.into_outcome()?;
                Ok(Data::of(&(state, result))?)
            }
        })*
    };
}

methods! {
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

impl std::fmt::Debug for NativeModule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.exports.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

impl std::fmt::Debug for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let members = self.members.iter().map(|member| &member.key);
        f.debug_struct("Class")
            .field("name", &self.name)
            .field("members", &members.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
