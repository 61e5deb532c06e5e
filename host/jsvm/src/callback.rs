//! Host functions that call JavaScript functions before they return.

use std::cell::RefCell;

use ::serde::de::DeserializeOwned;
use ::serde::ser::Serialize;
use jsvm_data::{Captured, DataWriter};

use crate::arg::{Arg, IntoArgs};
use crate::data::{Data, Token};
use crate::function::{Arguments, CallingFunctions, HostError, Variadic, argument};
use crate::serde::{ArgumentReader, Options};

/// The next step of a host function that calls JavaScript functions: it returns a value, or calls a
/// function. See [`VmBuilder::calling_function`](crate::VmBuilder::calling_function).
pub struct Answer(Next);

enum Next {
    Return(Captured),
    Call(Callback),
}

/// A call of a JavaScript function by a host function, from [`Answer::call`].
///
/// As an answer, its outcome becomes the outcome of the host function.
///
/// ```
/// use jsvm::{Answer, Token};
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .calling_function("run", |function: Token| Answer::call(&function, (1, "two")))
///     .build()?;
/// assert_eq!(vm.eval("run((a, b) => a + b)")?.to::<String>()?, "1two");
/// # Ok::<(), jsvm::Error>(())
/// ```
pub struct Callback {
    function: Token,
    this: Arg,
    args: Vec<Arg>,
    then: Continuation,
}

/// What a host function does with the outcome of a call.
type Continuation = Box<dyn FnOnce(Result<Data, HostError>) -> Result<Answer, HostError> + Send>;

impl Answer {
    /// Returns a value that serde can serialize, such as [`Data`].
    ///
    /// # Errors
    /// A `TypeError` if the value cannot be converted.
    pub fn value(value: impl Serialize) -> Result<Answer, HostError> {
        Ok(Answer(Next::Return(Captured::of(
            &value,
            &Options::default(),
        )?)))
    }

    /// Calls a function with arguments. `this` is `undefined`.
    ///
    /// An argument that is a [`Value`](crate::Value) throws a `TypeError`, since the VM cannot be
    /// called to look at it: pass a [`Token`].
    pub fn call(function: &Token, args: impl IntoArgs) -> Callback {
        Callback {
            function: function.clone(),
            this: Arg::Undefined,
            args: args.into_args().into_list(),
            then: Box::new(|outcome| Ok(Answer(Next::Return(Captured::Data(outcome?))))),
        }
    }
}

impl Callback {
    /// Sets `this` of the call.
    #[must_use]
    pub fn this(mut self, this: impl crate::IntoArg) -> Callback {
        self.this = this.into_arg();
        self
    }

    /// Sets what the host function does when the JavaScript function has returned or thrown.
    ///
    /// If the VM interrupts the script meanwhile, the closure is dropped. It is not called.
    #[must_use]
    pub fn then<R: IntoAnswer>(
        mut self,
        then: impl FnOnce(Result<Data, HostError>) -> R + Send + 'static,
    ) -> Answer {
        self.then = Box::new(|outcome| then(outcome).into_answer());
        Answer(Next::Call(self))
    }

    /// The call in the form of the interface `callbacks`.
    fn write(self) -> Result<(Data, Continuation), HostError> {
        let mut writer = DataWriter::new();
        writer.write_array(2 + self.args.len());
        writer.write_token(self.function);
        write(&mut writer, self.this)?;
        for arg in self.args {
            write(&mut writer, arg)?;
        }
        Ok((writer.finish(), self.then))
    }
}

fn write(writer: &mut DataWriter, arg: Arg) -> Result<(), HostError> {
    match arg {
        Arg::Undefined => writer.write_undefined(),
        Arg::Null => writer.write_null(),
        Arg::Boolean(value) => writer.write_boolean(value),
        Arg::Number(value) => writer.write_number(value),
        Arg::Text(text) => writer.write_text(&text),
        Arg::Data(data) => writer.write_data(data)?,
        Arg::Invalid(error) => return Err(error.into()),
        Arg::Value(_) => {
            return Err(HostError::type_error(
                "a host function cannot pass a handle to a function that it calls: pass a token",
            ));
        }
    }
    Ok(())
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Next::Return(value) => f.debug_tuple("Return").field(value).finish(),
            Next::Call(call) => call.fmt(f),
        }
    }
}

impl std::fmt::Debug for Callback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callback")
            .field("function", &self.function)
            .field("this", &self.this)
            .field("args", &self.args)
            .finish_non_exhaustive()
    }
}

/// What a step of a host function may result in: an [`Answer`], a [`Callback`], or a `Result` of
/// one. You do not implement it.
pub trait IntoAnswer {
    /// The answer, or the value to throw.
    ///
    /// # Errors
    /// The value to throw.
    fn into_answer(self) -> Result<Answer, HostError>;
}

impl IntoAnswer for Answer {
    fn into_answer(self) -> Result<Answer, HostError> {
        Ok(self)
    }
}

impl IntoAnswer for Callback {
    fn into_answer(self) -> Result<Answer, HostError> {
        Ok(Answer(Next::Call(self)))
    }
}

impl<A: IntoAnswer, E: Into<HostError>> IntoAnswer for Result<A, E> {
    fn into_answer(self) -> Result<Answer, HostError> {
        self.map_err(Into::into)?.into_answer()
    }
}

/// A closure that JavaScript can call, and that calls JavaScript functions by its [`Answer`]. It
/// takes up to eight arguments of types that serde can deserialize. A function is a [`Token`].
///
/// You do not implement it: pass a closure or a function. Its methods may change in any release.
pub trait CallingFunction<Args>: Send + Sync + 'static {
    /// How many arguments it takes.
    const ARITY: u32;

    /// Begins a call with arguments.
    ///
    /// # Errors
    /// The value that it throws.
    #[doc(hidden)]
    fn begin(&self, args: &mut ArgumentReader<'_>) -> Result<Answer, HostError>;
}

impl<F, R> CallingFunction<(R, Variadic)> for F
where
    F: Fn(Arguments) -> R + Send + Sync + 'static,
    R: IntoAnswer,
{
    const ARITY: u32 = 0;

    fn begin(&self, args: &mut ArgumentReader<'_>) -> Result<Answer, HostError> {
        self(Arguments(args.rest()?)).into_answer()
    }
}

macro_rules! closures {
    ($($arity:literal ($($name:ident)*))*) => {
        $(impl<Func, R, $($name),*> CallingFunction<(R, ($($name,)*))> for Func
        where
            Func: Fn($($name),*) -> R + Send + Sync + 'static,
            R: IntoAnswer,
            $($name: DeserializeOwned,)*
        {
            const ARITY: u32 = $arity;

            fn begin(&self, args: &mut ArgumentReader<'_>) -> Result<Answer, HostError> {
                let _ = args;
                self($(argument::<$name>(args)?),*).into_answer()
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

/// The calls of one VM that have not ended, innermost last.
#[derive(Default)]
pub(crate) struct PendingCalls(RefCell<Vec<Continuation>>);

impl PendingCalls {
    /// Answers a host call of a function that was created by `callbacks.create-calling-function`.
    pub(crate) fn call(
        &self,
        functions: &CallingFunctions,
        name: &str,
        args: &mut ArgumentReader<'_>,
    ) -> Result<Captured, HostError> {
        let Some(begin) = functions.get(name) else {
            return Err(HostError::type_error(format!(
                "there is no host function `{name}`"
            )));
        };
        let misuse = || {
            HostError::type_error(format!(
                "the host function `{name}` calls JavaScript functions: create it with \
                 `create_calling_function`"
            ))
        };
        let level: u32 = args.take().map_err(|_| misuse())?;
        let returned: Option<bool> = args.take().map_err(|_| misuse())?;
        let answer = match returned {
            None => {
                self.drop_from(level);
                args.restart_index();
                begin(args)?
            }
            Some(returned) => {
                self.drop_from(level.saturating_add(1));
                let then = self.take(level).ok_or_else(misuse)?;
                let value: Data = argument(args)?;
                then(if returned {
                    Ok(value)
                } else {
                    Err(HostError::from_data(value))
                })?
            }
        };
        match answer.0 {
            Next::Return(Captured::Data(data)) => {
                let mut writer = DataWriter::new();
                writer.write_array(1);
                writer.write_data(data)?;
                Ok(Captured::Data(writer.finish()))
            }
            Next::Return(plain) => Ok(plain),
            Next::Call(call) => {
                let (data, then) = call.write()?;
                self.0.borrow_mut().push(then);
                Ok(Captured::Data(data))
            }
        }
    }

    /// Drops the calls from a level on. They were stopped.
    pub(crate) fn drop_from(&self, level: u32) {
        let mut calls = self.0.borrow_mut();
        let level = calls.len().min(level as usize);
        let stopped = calls.split_off(level);
        // They may drop anything of the embedder's.
        drop(calls);
        drop(stopped);
    }

    fn take(&self, level: u32) -> Option<Continuation> {
        let mut calls = self.0.borrow_mut();
        (calls.len() == level as usize + 1).then(|| calls.pop())?
    }
}
