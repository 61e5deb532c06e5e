//! Functions that return what they are given.

use crate::Echo;
use crate::bindings::exports::demo::echo::values::{Color, Guest, Person, Point, Rights, Shape};

macro_rules! echo {
    ($($name:ident: $type:ty;)*) => {
        $(fn $name(value: $type) -> $type {
            value
        })*
    };
}

impl Guest for Echo {
    echo! {
        echo_bool: bool;
        echo_u8: u8;
        echo_s8: i8;
        echo_u16: u16;
        echo_s16: i16;
        echo_u32: u32;
        echo_s32: i32;
        echo_u64: u64;
        echo_s64: i64;
        echo_f32: f32;
        echo_f64: f64;
        echo_char: char;
        echo_string: String;
        echo_bytes: Vec<u8>;
        echo_s8s: Vec<i8>;
        echo_u16s: Vec<u16>;
        echo_s16s: Vec<i16>;
        echo_u32s: Vec<u32>;
        echo_s32s: Vec<i32>;
        echo_u64s: Vec<u64>;
        echo_s64s: Vec<i64>;
        echo_f32s: Vec<f32>;
        echo_f64s: Vec<f64>;
        echo_strings: Vec<String>;
        echo_lists: Vec<Vec<u8>>;
        echo_point: Point;
        echo_person: Person;
        echo_people: Vec<Person>;
        echo_tuple: (u32, String, bool);
        echo_shape: Shape;
        echo_color: Color;
        echo_rights: Rights;
        echo_option: Option<u32>;
        echo_options: Option<Option<String>>;
        echo_result: Vec<Result<u32, String>>;
        echo_results: Vec<Result<(), ()>>;
    }

    fn echo_many(
        a: u64,
        b: String,
        c: Person,
        d: Vec<u8>,
        e: f64,
        f: Shape,
        g: u8,
    ) -> (u64, String, Person, Vec<u8>, f64, Shape, u8) {
        (a, b, c, d, e, f, g)
    }

    fn nothing() {}

    fn total(values: Vec<f64>) -> f64 {
        values.iter().sum()
    }

    fn invert(mut bytes: Vec<u8>, by: u8) -> Vec<u8> {
        bytes.iter_mut().for_each(|byte| *byte ^= by);
        bytes
    }

    fn divide(a: i32, b: i32) -> Result<i32, String> {
        a.checked_div(b)
            .ok_or_else(|| format!("{a} cannot be divided by {b}"))
    }

    fn find_color(name: String) -> Result<Color, Shape> {
        match &*name {
            "light-red" => Ok(Color::LightRed),
            "green" => Ok(Color::Green),
            "blue" => Ok(Color::Blue),
            "" => Err(Shape::Nothing),
            _ => Err(Shape::NamedOne(name)),
        }
    }

    fn check(is_good: bool) -> Result<(), ()> {
        is_good.then_some(()).ok_or(())
    }
}
