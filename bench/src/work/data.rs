//! Data in and out: arguments and results of calls, as types of Rust.

use anyhow::{Result, ensure};
use jsvm::{Bytes, Data, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Task, Worlds};
use crate::types::{Item, Tree};

/// What a call gives, as a type of Rust.
fn out<T: DeserializeOwned>(give: &Value) -> Result<T> {
    Ok(give.call_to(&())?)
}

/// What a function says about a value of Rust.
fn into<T: Serialize>(take: &Value, value: &T) -> Result<f64> {
    Ok(take.call_to(&(value,))?)
}

pub fn tasks(worlds: &mut Worlds, name: &str) -> Result<Vec<Task>> {
    Ok(match name.split_once('-') {
        Some(("items", way)) => both::<Vec<Item>>(worlds, way, "Items", "Vec<struct>")?,
        Some(("numbers", way)) => {
            let mut ways = both::<Vec<f64>>(worlds, way, "Numbers", "Vec<f64>")?;
            ways.push(floats(worlds, way)?);
            ways
        }
        Some(("buffer", way)) => both::<Bytes>(worlds, way, "Buffer", "Bytes")?,
        Some(("tree", way)) => both::<Tree>(worlds, way, "Tree", "struct")?,
        // What has cycles has no type in Rust that is as plain as these.
        Some(("graph", way)) => both::<Data>(worlds, way, "Graph", "Data")?,
        _ => Vec::new(),
    })
}

fn both<T>(worlds: &mut Worlds, way: &str, what: &str, how: &'static str) -> Result<Vec<Task>>
where
    T: DeserializeOwned + Serialize + PartialEq + 'static,
{
    let vm = worlds.data_vm()?;
    let give = vm.global()?.get(&*format!("give{what}"))?;
    let take = vm.global()?.get(&*format!("take{what}"))?;
    let value: T = out(&give)?;
    let taken = take.call((give.call(())?,))?.to::<f64>()?;
    ensure!(into(&take, &value)? == taken, "{what} arrived changed");
    Ok(vec![if way == "out" {
        ensure!(out::<T>(&give)? == value, "{what} left changed");
        Task::time(how, move || out::<T>(&give).map(drop))
    } else {
        Task::time(how, move || {
            ensure!(into(&take, &value)? == taken);
            Ok(())
        })
    }])
}

/// Numbers as the bytes of a `Float64Array`, from an array and back to one on both sides.
fn floats(worlds: &mut Worlds, way: &str) -> Result<Task> {
    let vm = worlds.data_vm()?;
    let give = vm.eval("() => new Float64Array(giveNumbers()).buffer")?;
    let take = vm.eval("(bytes) => takeNumbers(Array.from(new Float64Array(bytes.buffer)))")?;
    let read = move || -> Result<Vec<f64>> {
        let bytes = out::<Bytes>(&give)?.0;
        let (numbers, _) = bytes.as_chunks();
        Ok(numbers.iter().copied().map(f64::from_le_bytes).collect())
    };
    let numbers = read()?;
    let taken = vm.eval("takeNumbers(giveNumbers())")?.to::<f64>()?;
    Ok(if way == "out" {
        Task::time("Float64Array", move || {
            ensure!(read()?.len() == numbers.len());
            Ok(())
        })
    } else {
        Task::time("Float64Array", move || {
            let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
            ensure!(into(&take, &Bytes(bytes.collect()))? == taken);
            Ok(())
        })
    })
}
