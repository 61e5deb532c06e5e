//! Calls functions on lists of numbers by their static types, which copies a list at once.
//!
//! wasmtime's dynamic values take 40 bytes and a branch for each number of a list. With static
//! types, wasmtime copies the list. So functions are called by their types if they take a list of
//! numbers and up to four numbers of one type, and return such a list, a number, or a `result` of
//! one with a string as its error. Other functions are called with dynamic values.

use wasmtime::Store;
use wasmtime::component::{
    ComponentNamedList, ComponentType, Func, Lift, Lower, ResourceAny, TypedFunc,
};

use super::exports::{Function, FunctionKind};
use super::handles::Handles;
use super::shape::{Integer, ResultShape, Shape};
use super::state::LinkState;
use jsvm::{Data, ViewKind};
use jsvm_data::{CborHead, CborReader, tags};

/// A function that is called by its static types.
pub(crate) type TypedCall =
    Box<dyn Fn(&mut Store<LinkState>, TypedArgs) -> wasmtime::Result<TypedResult> + Send + Sync>;

/// The arguments: the resource of a method, or else a list; and numbers.
pub(crate) struct TypedArgs {
    receiver: Option<ResourceAny>,
    pub(crate) bytes: Vec<u8>,
    numbers: [f64; MAX_NUMBERS],
}

/// The result of such a function.
pub(crate) enum TypedResult {
    List(ViewKind, Vec<u8>),
    Number(f64),
    Resource(ResourceAny),
    Failed(String),
}

/// The maximum number of numbers beside the list.
const MAX_NUMBERS: usize = 4;

/// An element of lists.
trait Element: Lift + Lower + ComponentType + Copy + Send + Sync + 'static {
    const VIEW: ViewKind;
    fn from_bytes(bytes: Vec<u8>) -> Vec<Self>;
    fn to_bytes(list: Vec<Self>) -> Vec<u8>;
}

impl Element for u8 {
    const VIEW: ViewKind = ViewKind::Uint8;

    fn from_bytes(bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn to_bytes(list: Vec<u8>) -> Vec<u8> {
        list
    }
}

macro_rules! elements {
    ($($type:ty, $kind:ident;)*) => {
        $(impl Element for $type {
            const VIEW: ViewKind = ViewKind::$kind;

            fn from_bytes(bytes: Vec<u8>) -> Vec<$type> {
                let (elements, _) = bytes.as_chunks();
                elements.iter().copied().map(<$type>::from_le_bytes).collect()
            }

            fn to_bytes(list: Vec<$type>) -> Vec<u8> {
                // The compiler vectorises filling a slice, but not growing a vector.
                let mut bytes = vec![0; size_of_val(&*list)];
                let (places, _) = bytes.as_chunks_mut();
                for (place, element) in places.iter_mut().zip(list) {
                    *place = element.to_le_bytes();
                }
                bytes
            }
        })*
    };
}

elements! {
    u16, Uint16;
    i16, Int16;
    u32, Uint32;
    i32, Int32;
    f32, Float32;
    f64, Float64;
}

/// A number beside the list.
trait Number: Lower + ComponentType + Send + Sync + 'static {
    fn from_number(number: f64) -> Self;
}

macro_rules! numbers {
    ($($type:ty)*) => {
        $(impl Number for $type {
            fn from_number(number: f64) -> Self {
                number as $type
            }
        })*
    };
}

numbers! { u8 u32 f32 f64 }

/// A type that can be returned.
trait ReturnType: Lift + ComponentType + Send + Sync + 'static {
    fn returned(self) -> TypedResult;
}

impl<T: Element> ReturnType for Vec<T> {
    fn returned(self) -> TypedResult {
        TypedResult::List(T::VIEW, T::to_bytes(self))
    }
}

impl ReturnType for u32 {
    fn returned(self) -> TypedResult {
        TypedResult::Number(self.into())
    }
}

impl ReturnType for f64 {
    fn returned(self) -> TypedResult {
        TypedResult::Number(self)
    }
}

impl ReturnType for ResourceAny {
    fn returned(self) -> TypedResult {
        TypedResult::Resource(self)
    }
}

impl<T: ReturnType> ReturnType for Result<T, String> {
    fn returned(self) -> TypedResult {
        match self {
            Ok(value) => value.returned(),
            Err(message) => TypedResult::Failed(message),
        }
    }
}

fn typed<P, R: ReturnType>(
    func: &Func,
    store: &Store<LinkState>,
    params: impl Fn(TypedArgs) -> Option<P> + Send + Sync + 'static,
) -> Option<TypedCall>
where
    P: ComponentNamedList + Lower + Send + Sync + 'static,
{
    let func: TypedFunc<P, (R,)> = func.typed(store).ok()?;
    Some(Box::new(move |store, args| {
        let params = params(args);
        let params =
            params.ok_or_else(|| wasmtime::format_err!("a method without its resource"))?;
        let (result,) = func.call(store, params)?;
        Ok(result.returned())
    }))
}

/// A function of a list and some numbers of one type.
fn with_numbers<T: Element, N: Number, R: ReturnType>(
    func: &Func,
    store: &Store<LinkState>,
    count: usize,
) -> Option<TypedCall> {
    let list = |args: &mut TypedArgs| T::from_bytes(std::mem::take(&mut args.bytes));
    match count {
        1 => typed::<(Vec<T>, N), R>(func, store, move |mut args| {
            let [one, ..] = args.numbers.map(N::from_number);
            Some((list(&mut args), one))
        }),
        2 => typed::<(Vec<T>, N, N), R>(func, store, move |mut args| {
            let [one, two, ..] = args.numbers.map(N::from_number);
            Some((list(&mut args), one, two))
        }),
        3 => typed::<(Vec<T>, N, N, N), R>(func, store, move |mut args| {
            let [one, two, three, _] = args.numbers.map(N::from_number);
            Some((list(&mut args), one, two, three))
        }),
        4 => typed::<(Vec<T>, N, N, N, N), R>(func, store, move |mut args| {
            let [one, two, three, four] = args.numbers.map(N::from_number);
            Some((list(&mut args), one, two, three, four))
        }),
        _ => None,
    }
}

fn of_return_type<T: Element, R: ReturnType>(
    func: &Func,
    store: &Store<LinkState>,
    params: &[(String, Shape)],
) -> Option<TypedCall> {
    let Some((_, first)) = params.first() else {
        return typed::<(Vec<T>,), R>(func, store, |args| Some((T::from_bytes(args.bytes),)));
    };
    let count = params.len();
    match first {
        Shape::Integer(Integer::U8) => with_numbers::<T, u8, R>(func, store, count),
        Shape::Integer(Integer::U32) => with_numbers::<T, u32, R>(func, store, count),
        Shape::F32 => with_numbers::<T, f32, R>(func, store, count),
        Shape::F64 => with_numbers::<T, f64, R>(func, store, count),
        _ => None,
    }
}

fn of_element<T: Element>(
    func: &Func,
    store: &Store<LinkState>,
    params: &[(String, Shape)],
    result: &Shape,
) -> Option<TypedCall> {
    match result {
        Shape::List(inner) if inner.view() == Some(T::VIEW) => {
            of_return_type::<T, Vec<T>>(func, store, params)
        }
        Shape::Integer(Integer::U32) => of_return_type::<T, u32>(func, store, params),
        Shape::F64 => of_return_type::<T, f64>(func, store, params),
        Shape::Result(ResultShape {
            ok: Some(ok),
            err: Some(err),
        }) if **err == Shape::Text => match &**ok {
            Shape::List(inner) if inner.view() == Some(T::VIEW) => {
                of_return_type::<T, Result<Vec<T>, String>>(func, store, params)
            }
            _ => None,
        },
        _ => None,
    }
}

/// A function that makes a resource from bytes.
fn maker(func: &Func, store: &Store<LinkState>, result: &Shape) -> Option<TypedCall> {
    match result {
        Shape::Own(_) => of_return_type::<u8, ResourceAny>(func, store, &[]),
        Shape::Result(_) => of_return_type::<u8, Result<ResourceAny, String>>(func, store, &[]),
        _ => None,
    }
}

/// A method that returns bytes.
fn method<R: ReturnType>(
    func: &Func,
    store: &Store<LinkState>,
    numbers: &[Shape],
) -> Option<TypedCall> {
    fn with<N: Number, R: ReturnType>(func: &Func, store: &Store<LinkState>) -> Option<TypedCall> {
        typed::<(ResourceAny, N), R>(func, store, |args| {
            let [one, ..] = args.numbers.map(N::from_number);
            Some((args.receiver?, one))
        })
    }
    match numbers {
        [] => typed::<(ResourceAny,), R>(func, store, |args| Some((args.receiver?,))),
        [Shape::Integer(Integer::U8)] => with::<u8, R>(func, store),
        [Shape::Integer(Integer::U32)] => with::<u32, R>(func, store),
        [Shape::F32] => with::<f32, R>(func, store),
        [Shape::F64] => with::<f64, R>(func, store),
        _ => None,
    }
}

fn of_method(function: &Function, func: &Func, store: &Store<LinkState>) -> Option<TypedCall> {
    let numbers: Vec<_> = function
        .params
        .iter()
        .map(|(_, shape)| shape.clone())
        .collect();
    let is_bytes = |shape: &Shape| matches!(shape, Shape::List(inner) if inner.view() == Some(ViewKind::Uint8));
    match function.result.as_ref()? {
        bytes if is_bytes(bytes) => method::<Vec<u8>>(func, store, &numbers),
        Shape::Result(ResultShape { ok: Some(ok), .. }) if is_bytes(ok) => {
            method::<Result<Vec<u8>, String>>(func, store, &numbers)
        }
        _ => None,
    }
}

/// Returns the way to call a function by its static types, if there is one.
pub(crate) fn typed_call(
    function: &Function,
    func: &Func,
    store: &Store<LinkState>,
) -> Option<TypedCall> {
    if let FunctionKind::Method(_) = function.kind {
        return of_method(function, func, store);
    }
    let [(_, Shape::List(element)), numbers @ ..] = &*function.params else {
        return None;
    };
    let result = function.result.as_ref()?;
    let is_same = |(_, shape): &(String, Shape)| *shape == numbers[0].1;
    if numbers.len() > MAX_NUMBERS || !numbers.iter().all(is_same) {
        return None;
    }
    if numbers.is_empty() && result.has_handles() {
        return maker(func, store, result);
    }
    match element.view()? {
        ViewKind::Uint8 => of_element::<u8>(func, store, numbers, result),
        ViewKind::Uint16 => of_element::<u16>(func, store, numbers, result),
        ViewKind::Int16 => of_element::<i16>(func, store, numbers, result),
        ViewKind::Uint32 => of_element::<u32>(func, store, numbers, result),
        ViewKind::Int32 => of_element::<i32>(func, store, numbers, result),
        ViewKind::Float32 => of_element::<f32>(func, store, numbers, result),
        ViewKind::Float64 => of_element::<f64>(func, store, numbers, result),
        _ => None,
    }
}

/// Converts the arguments of a call, if they have exactly the expected form. Other arguments, and
/// errors, are left to [`super::lower`].
pub(crate) fn args(function: &Function, args: &mut Data, handles: &Handles) -> Option<TypedArgs> {
    let form = args.form().ok()?;
    let mut reader = CborReader::new(&form.item);
    let CborHead::Array(Some(count)) = reader.read_head().ok()? else {
        return None;
    };
    let mut receiver = None;
    let mut place = ListBytes::Inline(&[]);
    let mut params = &*function.params;
    if let FunctionKind::Method(id) = function.kind {
        if count <= params.len() as u64 {
            return None;
        }
        let number = match reader.read_head().ok()? {
            CborHead::Unsigned(number) => number,
            _ => return None,
        };
        receiver = Some(handles.find(id, number).ok()?.1);
    } else {
        let ((_, Shape::List(element)), rest) = params.split_first()? else {
            return None;
        };
        if count < params.len() as u64 {
            return None;
        }
        place = list(&mut reader, element.view()?)?;
        params = rest;
    }
    let mut numbers = [0.0; MAX_NUMBERS];
    for ((_, shape), number) in params.iter().zip(&mut numbers) {
        *number = match reader.read_head().ok()? {
            CborHead::Unsigned(value) => value as f64,
            CborHead::Negative(value) => -1.0 - value as f64,
            CborHead::Float(value) => value,
            _ => return None,
        };
        let max = match shape {
            Shape::Integer(Integer::U8) => f64::from(u8::MAX),
            Shape::Integer(_) => f64::from(u32::MAX),
            _ => continue,
        };
        if !(0.0..=max).contains(number) || number.trunc() != *number {
            return None;
        }
    }
    let bytes = match place {
        ListBytes::Inline(bytes) => bytes.to_vec(),
        ListBytes::Chunk(index) => args.take_chunk(index)?,
    };
    Some(TypedArgs {
        receiver,
        bytes,
        numbers,
    })
}

/// The place of the bytes of a list.
enum ListBytes<'a> {
    Inline(&'a [u8]),
    Chunk(usize),
}

/// Reads a typed array of a kind, over the whole of its buffer, or an array of numbers in one
/// piece.
fn list<'a>(reader: &mut CborReader<'a>, kind: ViewKind) -> Option<ListBytes<'a>> {
    match reader.read_head().ok()? {
        CborHead::Tag(tags::NUMBERS) if kind == ViewKind::Float64 => {}
        CborHead::Tag(tag) if ViewKind::from_tag(tag) == Some(kind) => {}
        _ => return None,
    }
    match reader.read_head().ok()? {
        CborHead::Tag(tags::CHUNK) => Some(ListBytes::Chunk(reader.read_index().ok()?)),
        CborHead::Bytes(Some(len)) => match reader.read_bytes(Some(len)).ok()? {
            std::borrow::Cow::Borrowed(bytes) => Some(ListBytes::Inline(bytes)),
            std::borrow::Cow::Owned(_) => None,
        },
        _ => None,
    }
}
