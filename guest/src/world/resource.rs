//! Resources: instances of classes whose objects are elsewhere, and objects of the program that others
//! have handles of.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};

use jsvm_abi::ResourceSide;

use super::described::Described;
use super::fault::{Fit, describe, unfit_as};
use super::objects::Objects;
use super::{adapter, class, export, parent};
use crate::js::{self, JsResult, Key, Thrown, Value};
use crate::realm::intrinsics;

/// A handle of a resource that another component implements. An object of JavaScript holds it.
struct Handle {
    resource: u32,
    /// The number of the import that drops it.
    drop: u32,
    /// `None` if it was dropped or passed on.
    handle: Option<u32>,
    /// Whether it is lent for the call that runs.
    is_borrowed: bool,
    /// What the values that are being lowered do with it.
    use_: Use,
    /// How many were made before.
    order: u32,
}

/// What the values of one call do with a handle.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    None,
    Lend,
    Move,
}

impl Drop for Handle {
    fn drop(&mut self) {
        // The collector may run where no import may be called.
        if let Some(handle) = self.handle.take() {
            collect(self.order, self.drop, handle);
        }
    }
}

thread_local! {
    /// Handles whose objects were collected: the order in which they were made, the import that drops them,
    /// and the handles.
    static COLLECTED: RefCell<Vec<(u32, u32, u32)>> = const { RefCell::new(Vec::new()) };
    /// How many instances were made.
    static MADE: Cell<u32> = const { Cell::new(0) };
    /// Instances that were lent to the export that runs.
    static BORROWED: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    static OBJECTS: RefCell<Objects> = const { RefCell::new(Objects::new()) };
    /// Whether a handle is dropped because its object came back.
    static COMES_BACK: Cell<bool> = const { Cell::new(false) };
}

/// Resources that arguments or a result contain.
#[derive(Default)]
pub struct Given {
    /// Instances whose handles are passed on.
    moved: Vec<(Value, u32)>,
    /// Instances whose handles are lent for the call.
    used: Vec<(Value, u32)>,
    /// Handles of the program's objects that were made, each with the import that drops it.
    made: Vec<(u32, u32)>,
    /// The same, for the time of the call.
    lent: Vec<(u32, u32)>,
}

impl Given {
    /// Checks that each instance still has the handle that was written: JavaScript that ran since can have
    /// disposed it or passed it on.
    ///
    /// # Errors
    /// One has not.
    pub fn check(&self) -> JsResult<()> {
        let mut written = self.moved.iter().chain(&self.used);
        let is_held = |(instance, handle): &(Value, u32)| {
            matches!(
                with(instance, |held| held.handle == Some(*handle)),
                Ok(true)
            )
        };
        match written.all(is_held) {
            true => Ok(()),
            false => Err(Thrown::type_error(
                "a resource was disposed or passed on while the values around it were read",
            )),
        }
    }

    /// The handles are passed: they are not this side's any more.
    pub fn pass(&mut self) {
        let _ = self.pass_out();
    }

    /// As [`Given::pass`]. Returns the handles, each with the import that drops it: a stream may not take
    /// them.
    pub fn pass_out(&mut self) -> Vec<(u32, u32)> {
        let mut handles = std::mem::take(&mut self.made);
        for (instance, handle) in self.moved.drain(..) {
            let passed = with(&instance, |held| {
                held.handle = None;
                held.use_ = Use::None;
                handles.push((held.drop, handle));
            });
            let _ = passed;
        }
        handles
    }

    /// The call is over, or there is none: drops what was made for it. The objects stay the program's.
    pub fn end(self) {
        for (instance, _) in self.moved.iter().chain(&self.used) {
            let _ = with(instance, |held| held.use_ = Use::None);
        }
        for (drop, handle) in self.made.into_iter().chain(self.lent) {
            take_back(drop, handle);
        }
    }
}

/// Drops a handle of an object that stays the program's.
fn take_back(drop: u32, handle: u32) {
    let before = COMES_BACK.replace(true);
    // SAFETY: a handle that was made by this side, of the resource that the import is for.
    unsafe { adapter::call_small(drop, handle) };
    COMES_BACK.set(before);
}

/// Drops the handles of objects that were collected. Imports may be called now.
pub fn drop_collected() {
    if COLLECTED.with_borrow(Vec::is_empty) {
        return;
    }
    let mut collected = COLLECTED.take();
    // The collector has no order, but a resource that was made of another one must be dropped first.
    collected.sort_unstable();
    for (_, drop, handle) in collected.into_iter().rev() {
        // SAFETY: the object that held the handle was the only one.
        unsafe { adapter::call_small(drop, handle) };
    }
}

/// The place of an object with a handle in the order in which such objects are made.
pub fn next_order() -> u32 {
    MADE.replace(MADE.get().wrapping_add(1))
}

/// A handle whose object was collected, with its place in the order: it is dropped by the import with this number.
pub fn collect(order: u32, drop: u32, handle: u32) {
    COLLECTED.with_borrow_mut(|collected| collected.push((order, drop, handle)));
}

/// The instances that were lent to the export that begins. Its task keeps them.
pub fn take_borrowed() -> Vec<Value> {
    BORROWED.take()
}

/// Drops the handles that were lent to the export that ends.
pub fn drop_borrowed() {
    while let Some(instance) = BORROWED.with_borrow_mut(Vec::pop) {
        let _ = release(&instance);
    }
}

fn with<R>(instance: &Value, run: impl FnOnce(&mut Handle) -> R) -> JsResult<R> {
    instance.with_held(run)
}

/// Drops the handle of an instance, if it has one.
///
/// # Errors
/// The value is no instance.
pub fn release(instance: &Value) -> JsResult<()> {
    let taken = with(instance, |held| Some((held.drop, held.handle.take()?)))?;
    if let Some((drop, handle)) = taken {
        // SAFETY: the instance held the handle alone.
        unsafe { adapter::call_small(drop, handle) };
    }
    Ok(())
}

/// Makes an instance of a class that holds a handle. `prototype` is that of the class or of a class
/// that extends it.
pub fn instance(
    resource: u32,
    drop: u32,
    handle: u32,
    is_borrowed: bool,
    prototype: &Value,
) -> JsResult<Value> {
    let instance = js::hold(Handle {
        resource,
        drop,
        handle: Some(handle),
        is_borrowed,
        use_: Use::None,
        order: next_order(),
    })?;
    instance.set_prototype(prototype)?;
    Ok(instance)
}

/// Makes an object of a handle that is passed to this side.
pub fn lift_own(world: &'static Described, of: u32, handle: u32) -> JsResult<Value> {
    match world.world.resources[of as usize].side {
        ResourceSide::Imported(drop) => {
            let instance = instance(of, drop, handle, false, &class::prototype(world, of)?)?;
            parent::keep(&instance)?;
            Ok(instance)
        }
        ResourceSide::Exported(_, representation, drop) => {
            // SAFETY: the handle is this side's, of a resource that this side implements.
            let representation = unsafe { adapter::call_small(representation, handle) };
            let object = object(representation);
            take_back(drop, handle);
            object
        }
    }
}

/// Makes an object of a handle that is lent to this side; of a resource that this side implements,
/// the representation is passed instead.
pub fn lift_borrow(world: &'static Described, of: u32, handle: u32) -> JsResult<Value> {
    match world.world.resources[of as usize].side {
        ResourceSide::Imported(drop) => {
            let instance = instance(of, drop, handle, true, &class::prototype(world, of)?)?;
            BORROWED.with_borrow_mut(|borrowed| borrowed.push(instance.clone()));
            Ok(instance)
        }
        ResourceSide::Exported(..) => object(handle),
    }
}

/// A resource that is passed on cannot be anything else of the same call.
const TWICE: &str = "the same resource twice in this call";

/// The handle of a value that is passed on.
pub fn lower_own(world: &'static Described, of: u32, value: &Value, given: &mut Given) -> Fit<u32> {
    let resource = &world.world.resources[of as usize];
    match resource.side {
        ResourceSide::Imported(_) => {
            let (handle, is_borrowed) = held(world, of, value)?;
            if is_borrowed {
                return unfit_as(
                    format!("an owned {}", resource.name),
                    "one that is lent for this call",
                );
            }
            if with(value, |held| std::mem::replace(&mut held.use_, Use::Move))? != Use::None {
                return unfit_as(&resource.name, TWICE);
            }
            given.moved.push((value.clone(), handle));
            Ok(handle)
        }
        ResourceSide::Exported(new, _, drop) => {
            let handle = make(world, of, new, value)?;
            given.made.push((drop, handle));
            Ok(handle)
        }
    }
}

/// The handle of a value that is lent for a call.
pub fn lower_borrow(
    world: &'static Described,
    of: u32,
    value: &Value,
    given: &mut Given,
) -> Fit<u32> {
    match world.world.resources[of as usize].side {
        ResourceSide::Imported(_) => {
            let (handle, _) = held(world, of, value)?;
            let before = with(value, |held| {
                let before = held.use_;
                if before == Use::None {
                    held.use_ = Use::Lend;
                }
                before
            })?;
            if before == Use::Move {
                return unfit_as(&world.world.resources[of as usize].name, TWICE);
            }
            given.used.push((value.clone(), handle));
            Ok(handle)
        }
        ResourceSide::Exported(new, _, drop) => {
            let handle = make(world, of, new, value)?;
            given.lent.push((drop, handle));
            Ok(handle)
        }
    }
}

/// The handle of an instance, and whether it is lent.
fn held(world: &Described, of: u32, value: &Value) -> Fit<(u32, bool)> {
    let name = &world.world.resources[of as usize].name;
    let held = with(value, |held| {
        (held.resource == of).then_some((held.handle, held.is_borrowed))
    });
    match held {
        Ok(Some((Some(handle), is_borrowed))) => Ok((handle, is_borrowed)),
        Ok(Some((None, _))) => unfit_as(name, format!("a {name} that was disposed or passed on")),
        _ => unfit_as(name, describe(value)),
    }
}

/// Makes a handle of an object of the program.
fn make(world: &'static Described, of: u32, new: u32, value: &Value) -> Fit<u32> {
    let name = &world.world.resources[of as usize].name;
    let class = export::class(of);
    let is_one = value.is_object()
        && class.is_some_and(|class| matches!(value.is_instance(&class), Ok(true)));
    if !is_one {
        return unfit_as(name, describe(value));
    }
    let representation = OBJECTS.with_borrow_mut(|objects| objects.add(value));
    // SAFETY: the resource is one that this side implements.
    Ok(unsafe { adapter::call_small(new, representation) })
}

/// The object of a representation.
fn object(representation: u32) -> JsResult<Value> {
    let object = OBJECTS.with_borrow_mut(|objects| objects.get(representation));
    // The canonical ABI passes only what `make` made.
    object.ok_or_else(|| Thrown::type_error("the resource is not there any more"))
}

/// `Symbol.dispose`, or a registered symbol where the language has none.
pub fn dispose_symbol() -> JsResult<Value> {
    match intrinsics().well_known("dispose") {
        Some(symbol) => Ok(symbol),
        None => intrinsics().registered_symbol("dispose"),
    }
}

/// The last handle of an object was dropped. Its method `Symbol.dispose` is called, if it has one.
pub fn drop_object(representation: u32) -> JsResult<()> {
    let object = OBJECTS.with_borrow_mut(|objects| objects.remove(representation));
    let (Some(object), false) = (object, COMES_BACK.get()) else {
        return Ok(());
    };
    let dispose = object.get(Key::Value(&dispose_symbol()?))?;
    match dispose.is_function() {
        true => dispose.call(&object, &[]).map(drop),
        false => Ok(()),
    }
}
