//! Values of JavaScript that modules hold (`externref`).
//!
//! A module holds a number, and the values are here. The interpreter neither counts nor traces its
//! references. But while no module runs they can only be in tables and global variables, and the store
//! knows all of these ([`super::module`] exports those that a module keeps for itself). So values that are
//! in none of them are given up, between calls and now and then.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;
use wasmi::{ExternRef, Nullable, Ref, Store, Val};

use super::world::{Shared, World};
use crate::js::Value;

/// Below so many values, none is looked for.
const FEW: usize = 1_024;

/// The values that were given to modules.
#[derive(Default)]
pub struct Externs {
    /// `None` is a place that is free, whose reference is used again.
    values: Vec<(Option<Value>, ExternRef)>,
    /// The place of each object, by its address.
    by_address: HashMap<usize, u32, FxBuildHasher>,
    free: Vec<u32>,
    /// How many values there may be before they are looked through.
    threshold: usize,
    /// Whether something is out of sight that may hold any of them.
    is_pinned: bool,
}

impl Externs {
    /// The reference of a value. An object has the same each time.
    pub fn keep(&mut self, store: &mut Store<Shared>, value: &Value) -> ExternRef {
        let address = value.address();
        let known = address.and_then(|address| self.by_address.get(&address));
        if let Some((_, known)) = known.and_then(|number| self.values.get(*number as usize)) {
            return *known;
        }
        let number = self.free.pop().unwrap_or(self.values.len() as u32);
        if let Some(address) = address {
            self.by_address.insert(address, number);
        }
        if let Some((place, held)) = self.values.get_mut(number as usize) {
            *place = Some(value.clone());
            return *held;
        }
        let held = ExternRef::new(store, number);
        self.values.push((Some(value.clone()), held));
        held
    }

    /// The value of a reference.
    pub fn value(&self, store: &Store<Shared>, held: &ExternRef) -> Value {
        let found = number(store, held).and_then(|number| self.values.get(number));
        found
            .and_then(|(value, _)| value.clone())
            .unwrap_or(Value::UNDEFINED)
    }

    /// The values.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().filter_map(|(value, _)| value.as_ref())
    }

    /// Gives up no value any more: an instance was left half-made, and its tables are out of sight.
    pub fn pin(&mut self) {
        self.is_pinned = true;
    }
}

fn number(store: &Store<Shared>, held: &ExternRef) -> Option<usize> {
    held.data(store)
        .downcast_ref::<u32>()
        .map(|number| *number as usize)
}

impl World {
    /// Gives up the values that no table and no global variable holds, if there are many. Call it while no
    /// module runs.
    pub fn sweep_externs(&mut self) {
        let used = self.externs.values.len() - self.externs.free.len();
        if used < self.externs.threshold.max(FEW) || self.externs.is_pinned {
            return;
        }
        let mut is_live = vec![false; self.externs.values.len()];
        let mut mark = |store: &Store<Shared>, held: &ExternRef| {
            if let Some(place) = number(store, held).and_then(|number| is_live.get_mut(number)) {
                *place = true;
            }
        };
        let mut looked = 0;
        for table in &self.tables {
            for index in 0..table.size(&self.store) {
                match table.get(&self.store, index) {
                    Some(Ref::Extern(held)) => {
                        looked += 1;
                        if let Nullable::Val(held) = held {
                            mark(&self.store, &held);
                        }
                    }
                    _ => break,
                }
            }
        }
        for global in &self.globals {
            if let Val::ExternRef(Nullable::Val(held)) = global.get(&self.store) {
                mark(&self.store, &held);
            }
        }
        let mut given_up = Vec::new();
        for (place, is_live) in is_live.iter().enumerate() {
            if !is_live && let Some(value) = self.externs.values[place].0.take() {
                if let Some(address) = value.address() {
                    self.externs.by_address.remove(&address);
                }
                self.externs.free.push(place as u32);
                given_up.push(value);
            }
        }
        let live = self.externs.values.len() - self.externs.free.len();
        // Looking at everything pays only after as much was added.
        self.externs.threshold = 2 * live + looked + self.globals.len();
    }
}
