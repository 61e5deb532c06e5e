//! Calls whose cost is in a list of numbers, which crosses as one copy.
//!
//! The runtime's values of any type take 32 bytes and a branch for each number of a list. For types
//! that are known when this crate is compiled it copies the list as it is; so functions that take a
//! list of numbers and perhaps a few numbers of one type more, and that return such a list, a number,
//! or a `result` of one with a text as its error, are called by their types. Others are called by
//! values.

use wasmtime::Store;
use wasmtime::component::{
    ComponentNamedList, ComponentType, Func, Lift, Lower, ResourceAny, TypedFunc,
};

use super::exports::{Function, Kind};
use super::handles::Handles;
use super::shape::{Integer, Outcome, Shape};
use super::state::LinkState;
use crate::data::form::tags;
use crate::data::{Data, ViewKind};
use crate::serde::form::{CHUNK, NUMBERS};
use crate::serde::read::{Head, Reader};

/// A function that is called by its types.
pub(crate) type Fast =
    Box<dyn Fn(&mut Store<LinkState>, Bulk) -> wasmtime::Result<Returned> + Send + Sync>;

/// The arguments: of a method its resource, or else a list; and numbers.
pub(crate) struct Bulk {
    receiver: Option<ResourceAny>,
    bytes: Vec<u8>,
    numbers: [f64; MOST_NUMBERS],
}

/// What such a function returns.
pub(crate) enum Returned {
    List(ViewKind, Vec<u8>),
    Number(f64),
    Resource(ResourceAny),
    Failed(String),
}

/// Numbers beside the list.
const MOST_NUMBERS: usize = 4;

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
                // A slice that is filled is copied at once, a vector that grows is not.
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
    fn of(number: f64) -> Self;
}

macro_rules! numbers {
    ($($type:ty)*) => {
        $(impl Number for $type {
            fn of(number: f64) -> Self {
                number as $type
            }
        })*
    };
}

numbers! { u8 u32 f32 f64 }

/// What is returned.
trait Answer: Lift + ComponentType + Send + Sync + 'static {
    fn returned(self) -> Returned;
}

impl<T: Element> Answer for Vec<T> {
    fn returned(self) -> Returned {
        Returned::List(T::VIEW, T::to_bytes(self))
    }
}

impl Answer for u32 {
    fn returned(self) -> Returned {
        Returned::Number(self.into())
    }
}

impl Answer for f64 {
    fn returned(self) -> Returned {
        Returned::Number(self)
    }
}

impl Answer for ResourceAny {
    fn returned(self) -> Returned {
        Returned::Resource(self)
    }
}

impl<T: Answer> Answer for Result<T, String> {
    fn returned(self) -> Returned {
        match self {
            Ok(value) => value.returned(),
            Err(message) => Returned::Failed(message),
        }
    }
}

fn typed<P, R: Answer>(
    func: &Func,
    store: &Store<LinkState>,
    params: impl Fn(Bulk) -> Option<P> + Send + Sync + 'static,
) -> Option<Fast>
where
    P: ComponentNamedList + Lower + Send + Sync + 'static,
{
    let func: TypedFunc<P, (R,)> = func.typed(store).ok()?;
    Some(Box::new(move |store, bulk| {
        let params = params(bulk);
        let params =
            params.ok_or_else(|| wasmtime::format_err!("a method without its resource"))?;
        let (result,) = func.call(store, params)?;
        Ok(result.returned())
    }))
}

/// With some numbers of one type.
fn with_numbers<T: Element, N: Number, R: Answer>(
    func: &Func,
    store: &Store<LinkState>,
    count: usize,
) -> Option<Fast> {
    let list = |bulk: &mut Bulk| T::from_bytes(std::mem::take(&mut bulk.bytes));
    match count {
        1 => typed::<(Vec<T>, N), R>(func, store, move |mut b| {
            let [one, ..] = b.numbers.map(N::of);
            Some((list(&mut b), one))
        }),
        2 => typed::<(Vec<T>, N, N), R>(func, store, move |mut b| {
            let [one, two, ..] = b.numbers.map(N::of);
            Some((list(&mut b), one, two))
        }),
        3 => typed::<(Vec<T>, N, N, N), R>(func, store, move |mut b| {
            let [one, two, three, _] = b.numbers.map(N::of);
            Some((list(&mut b), one, two, three))
        }),
        4 => typed::<(Vec<T>, N, N, N, N), R>(func, store, move |mut b| {
            let [one, two, three, four] = b.numbers.map(N::of);
            Some((list(&mut b), one, two, three, four))
        }),
        _ => None,
    }
}

fn of_answer<T: Element, R: Answer>(
    func: &Func,
    store: &Store<LinkState>,
    params: &[(String, Shape)],
) -> Option<Fast> {
    let Some((_, first)) = params.first() else {
        return typed::<(Vec<T>,), R>(func, store, |bulk| Some((T::from_bytes(bulk.bytes),)));
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
) -> Option<Fast> {
    match result {
        Shape::List(inner) if inner.view() == Some(T::VIEW) => {
            of_answer::<T, Vec<T>>(func, store, params)
        }
        Shape::Integer(Integer::U32) => of_answer::<T, u32>(func, store, params),
        Shape::F64 => of_answer::<T, f64>(func, store, params),
        Shape::Result(Outcome {
            ok: Some(ok),
            err: Some(err),
        }) if **err == Shape::Text => match &**ok {
            Shape::List(inner) if inner.view() == Some(T::VIEW) => {
                of_answer::<T, Result<Vec<T>, String>>(func, store, params)
            }
            _ => None,
        },
        _ => None,
    }
}

/// Makes a resource of bytes.
fn maker(func: &Func, store: &Store<LinkState>, result: &Shape) -> Option<Fast> {
    match result {
        Shape::Own(_) => of_answer::<u8, ResourceAny>(func, store, &[]),
        Shape::Result(_) => of_answer::<u8, Result<ResourceAny, String>>(func, store, &[]),
        _ => None,
    }
}

/// A method that returns bytes.
fn method<R: Answer>(func: &Func, store: &Store<LinkState>, numbers: &[Shape]) -> Option<Fast> {
    fn with<N: Number, R: Answer>(func: &Func, store: &Store<LinkState>) -> Option<Fast> {
        typed::<(ResourceAny, N), R>(func, store, |bulk| {
            let [one, ..] = bulk.numbers.map(N::of);
            Some((bulk.receiver?, one))
        })
    }
    match numbers {
        [] => typed::<(ResourceAny,), R>(func, store, |bulk| Some((bulk.receiver?,))),
        [Shape::Integer(Integer::U8)] => with::<u8, R>(func, store),
        [Shape::Integer(Integer::U32)] => with::<u32, R>(func, store),
        [Shape::F32] => with::<f32, R>(func, store),
        [Shape::F64] => with::<f64, R>(func, store),
        _ => None,
    }
}

fn of_method(function: &Function, func: &Func, store: &Store<LinkState>) -> Option<Fast> {
    let numbers: Vec<_> = function
        .params
        .iter()
        .map(|(_, shape)| shape.clone())
        .collect();
    let is_bytes = |shape: &Shape| matches!(shape, Shape::List(inner) if inner.view() == Some(ViewKind::Uint8));
    match function.result.as_ref()? {
        bytes if is_bytes(bytes) => method::<Vec<u8>>(func, store, &numbers),
        Shape::Result(Outcome { ok: Some(ok), .. }) if is_bytes(ok) => {
            method::<Result<Vec<u8>, String>>(func, store, &numbers)
        }
        _ => None,
    }
}

/// The way to call a function by its types, if it has one.
pub(crate) fn fast(function: &Function, func: &Func, store: &Store<LinkState>) -> Option<Fast> {
    if let Kind::Method(_) = function.kind {
        return of_method(function, func, store);
    }
    let [(_, Shape::List(element)), numbers @ ..] = &*function.params else {
        return None;
    };
    let result = function.result.as_ref()?;
    let is_same = |(_, shape): &(String, Shape)| *shape == numbers[0].1;
    if numbers.len() > MOST_NUMBERS || !numbers.iter().all(is_same) {
        return None;
    }
    if numbers.is_empty() && result.has_resources() {
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

/// The arguments of a call, if they are just what is wanted. Anything else is looked at more closely.
pub(crate) fn bulk(function: &Function, args: &mut Data, handles: &Handles) -> Option<Bulk> {
    let form = args.form().ok()?;
    let mut reader = Reader::new(&form.item, 0);
    let Head::Array(Some(count)) = reader.head().ok()? else {
        return None;
    };
    let mut receiver = None;
    let mut place = Place::Inline(&[]);
    let mut params = &*function.params;
    if let Kind::Method(id) = function.kind {
        if count <= params.len() as u64 {
            return None;
        }
        let number = match reader.head().ok()? {
            Head::Unsigned(number) => number,
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
    let mut numbers = [0.0; MOST_NUMBERS];
    for ((_, shape), number) in params.iter().zip(&mut numbers) {
        *number = match reader.head().ok()? {
            Head::Unsigned(value) => value as f64,
            Head::Negative(value) => -1.0 - value as f64,
            Head::Float(value) => value,
            _ => return None,
        };
        let most = match shape {
            Shape::Integer(Integer::U8) => f64::from(u8::MAX),
            Shape::Integer(_) => f64::from(u32::MAX),
            _ => continue,
        };
        if !(0.0..=most).contains(number) || number.trunc() != *number {
            return None;
        }
    }
    let bytes = match place {
        Place::Inline(bytes) => bytes.to_vec(),
        Place::Chunk(index) => args.take_chunk(index)?,
    };
    Some(Bulk {
        receiver,
        bytes,
        numbers,
    })
}

/// Where the bytes of a list are.
enum Place<'a> {
    Inline(&'a [u8]),
    Chunk(usize),
}

/// A typed array of that kind over the whole of its buffer, or an array of numbers in one piece.
fn list<'a>(reader: &mut Reader<'a>, kind: ViewKind) -> Option<Place<'a>> {
    match reader.head().ok()? {
        Head::Tag(NUMBERS) if kind == ViewKind::Float64 => {}
        Head::Tag(tag) if tags::view_of_tag(tag) == Some(kind) => {}
        _ => return None,
    }
    match reader.head().ok()? {
        Head::Tag(CHUNK) => Some(Place::Chunk(reader.index().ok()?)),
        Head::Bytes(Some(len)) => match reader.bytes(Some(len)).ok()? {
            std::borrow::Cow::Borrowed(bytes) => Some(Place::Inline(bytes)),
            std::borrow::Cow::Owned(_) => None,
        },
        _ => None,
    }
}
