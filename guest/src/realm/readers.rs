//! What reads the inside of built-in objects, kept so that no script can replace it.

use std::cell::OnceCell;

use crate::js::{self, JsResult, Slot, Tag, Thrown, Value};

/// Where a `DataView` lies.
pub struct DataViewSpan {
    /// Its array buffer.
    pub buffer: Value,
    /// Offset in bytes.
    pub offset: f64,
    /// Length in bytes.
    pub len: f64,
}

/// What is kept of the built-in classes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    /// The getter of an accessor of the class's prototype.
    Getter,
    /// A value of the class's prototype.
    Method,
    /// A value of the object itself.
    Own,
    /// The object itself.
    Itself,
}

/// Names the things that are kept, and says where they are found.
macro_rules! kept {
    ($($name:ident = $member:ident $class:literal $key:literal;)*) => {
        #[derive(Clone, Copy)]
        enum Kept { $($name,)* }

        const KEPT: &[(Member, &str, &str)] = &[$((Member::$member, $class, $key),)*];
    };
}

kept! {
    ObjectPrototype = Own "Object" "prototype";
    FunctionPrototype = Own "Function" "prototype";
    ErrorPrototype = Own "Error" "prototype";
    MapSize = Getter "Map" "size";
    SetSize = Getter "Set" "size";
    RegExpSource = Getter "RegExp" "source";
    RegExpHasIndices = Getter "RegExp" "hasIndices";
    RegExpGlobal = Getter "RegExp" "global";
    RegExpIgnoreCase = Getter "RegExp" "ignoreCase";
    RegExpMultiline = Getter "RegExp" "multiline";
    RegExpDotAll = Getter "RegExp" "dotAll";
    RegExpUnicode = Getter "RegExp" "unicode";
    RegExpUnicodeSets = Getter "RegExp" "unicodeSets";
    RegExpSticky = Getter "RegExp" "sticky";
    ViewBuffer = Getter "DataView" "buffer";
    ViewOffset = Getter "DataView" "byteOffset";
    ViewLength = Getter "DataView" "byteLength";
    ErrorStack = Getter "Error" "stack";
    ExceptionName = Getter "DOMException" "name";
    ExceptionMessage = Getter "DOMException" "message";
    FunctionFile = Getter "Function" "fileName";
    FunctionText = Method "Function" "toString";
    DateIso = Method "Date" "toISOString";
    StringSlice = Method "String" "slice";
    SymbolDescription = Getter "Symbol" "description";
    String = Itself "String" "";
    Number = Itself "Number" "";
    ParseInt = Itself "parseInt" "";
    ParseFloat = Itself "parseFloat" "";
    Stringify = Own "JSON" "stringify";
}

/// Kept accessors and functions. None of the methods here runs code of a script, except those
/// that convert a value, which say so.
pub struct Readers(Vec<Value>);

thread_local! {
    static READERS: OnceCell<&'static Readers> = const { OnceCell::new() };
}

/// The kept accessors.
///
/// # Panics
/// Before the realm is complete.
pub fn readers() -> &'static Readers {
    #[expect(clippy::expect_used, reason = "the base image is made with them")]
    READERS.with(|kept| *kept.get().expect("the realm is complete"))
}

/// Keeps them.
pub(super) fn keep() -> JsResult<()> {
    let kept: &'static Readers = Box::leak(Box::new(Readers::collect()?));
    READERS.with(|cell| {
        let _ = cell.set(kept);
    });
    Ok(())
}

impl Readers {
    fn collect() -> JsResult<Readers> {
        let global = js::global();
        let find = |(member, class, key): &(Member, &str, &str)| -> JsResult<Value> {
            let class = global.get(*class)?;
            match member {
                Member::Itself => Ok(class),
                Member::Own => class.get(*key),
                Member::Method => class.get("prototype")?.get(*key),
                Member::Getter => {
                    let property = class.get("prototype")?.own_property(*key)?;
                    match property.map(|property| property.slot) {
                        Some(Slot::Accessor { get, .. }) => Ok(get),
                        _ => Err(Thrown::type_error("a built-in class lacks an accessor")),
                    }
                }
            }
        };
        Ok(Readers(KEPT.iter().map(find).collect::<JsResult<_>>()?))
    }

    fn kept(&self, which: Kept) -> &Value {
        &self.0[which as usize]
    }

    /// Calls a getter or a method on `this`.
    fn of(&self, this: &Value, which: Kept) -> JsResult<Value> {
        self.kept(which).call(this, &[])
    }

    /// Calls a function with one argument.
    fn convert(&self, value: &Value, which: Kept) -> JsResult<Value> {
        let args = std::slice::from_ref(value);
        self.kept(which).call(&Value::UNDEFINED, args)
    }

    /// Name of the class whose original prototype this is, where objects are recognised by that
    /// prototype even if its `constructor` was tampered with.
    pub fn original_prototype(&self, object: &Value) -> Option<&'static str> {
        if self.kept(Kept::ObjectPrototype).strict_equals(object) {
            Some("Object")
        } else if self.kept(Kept::FunctionPrototype).strict_equals(object) {
            Some("Function")
        } else {
            None
        }
    }

    /// Whether it is the original `Error.prototype`.
    pub fn is_error_prototype(&self, object: &Value) -> bool {
        self.kept(Kept::ErrorPrototype).strict_equals(object)
    }

    /// Number of entries of a map.
    pub fn map_size(&self, map: &Value) -> JsResult<usize> {
        Ok(self.of(map, Kept::MapSize)?.to_number()? as usize)
    }

    /// Number of members of a set.
    pub fn set_size(&self, set: &Value) -> JsResult<usize> {
        Ok(self.of(set, Kept::SetSize)?.to_number()? as usize)
    }

    /// A regular expression as a literal.
    pub fn regexp_text(&self, regexp: &Value) -> JsResult<String> {
        let mut text = format!("/{}/", self.of(regexp, Kept::RegExpSource)?.to_lossy()?);
        for (letter, flag) in [
            ('d', Kept::RegExpHasIndices),
            ('g', Kept::RegExpGlobal),
            ('i', Kept::RegExpIgnoreCase),
            ('m', Kept::RegExpMultiline),
            ('s', Kept::RegExpDotAll),
            ('u', Kept::RegExpUnicode),
            ('v', Kept::RegExpUnicodeSets),
            ('y', Kept::RegExpSticky),
        ] {
            if self.of(regexp, flag)?.to_boolean() {
                text.push(letter);
            }
        }
        Ok(text)
    }

    /// Where a `DataView` lies.
    pub fn data_view_span(&self, view: &Value) -> JsResult<DataViewSpan> {
        Ok(DataViewSpan {
            buffer: self.of(view, Kept::ViewBuffer)?,
            offset: self.of(view, Kept::ViewOffset)?.to_number()?,
            len: self.of(view, Kept::ViewLength)?.to_number()?,
        })
    }

    /// The frames that an error recorded: a line each, or whatever `Error.prepareStackTrace`
    /// made of them.
    pub fn error_stack(&self, error: &Value) -> JsResult<Value> {
        self.of(error, Kept::ErrorStack)
    }

    /// Name and message of a `DOMException`.
    pub fn exception_texts(&self, exception: &Value) -> JsResult<(Value, Value)> {
        Ok((
            self.of(exception, Kept::ExceptionName)?,
            self.of(exception, Kept::ExceptionMessage)?,
        ))
    }

    /// Whether a function was written in JavaScript, rather than built in or bound.
    pub fn is_scripted(&self, function: &Value) -> bool {
        let file = self.of(function, Kept::FunctionFile);
        file.is_ok_and(|file| file.tag() == Tag::String)
    }

    /// Source of a function that was written in JavaScript.
    pub fn function_text(&self, function: &Value) -> JsResult<String> {
        self.of(function, Kept::FunctionText)?.to_lossy()
    }

    /// A date in ISO format; an invalid one throws.
    pub fn date_text(&self, date: &Value) -> JsResult<String> {
        self.of(date, Kept::DateIso)?.to_lossy()
    }

    /// The first `len` code units of a string.
    pub fn string_start(&self, string: &Value, len: usize) -> JsResult<Value> {
        let range = [Value::number(0.0), Value::number(len as f64)];
        self.kept(Kept::StringSlice).call(string, &range)
    }

    /// The description of a symbol, or `undefined`.
    pub fn symbol_description(&self, symbol: &Value) -> JsResult<Value> {
        self.of(symbol, Kept::SymbolDescription)
    }

    /// `String(value)`, which can run code of a script.
    pub fn to_string(&self, value: &Value) -> JsResult<Value> {
        self.convert(value, Kept::String)
    }

    /// `Number(value)`, which can run code of a script.
    pub fn to_number(&self, value: &Value) -> JsResult<Value> {
        self.convert(value, Kept::Number)
    }

    /// `parseInt(value)`, which can run code of a script.
    pub fn parse_int(&self, value: &Value) -> JsResult<Value> {
        self.convert(value, Kept::ParseInt)
    }

    /// `parseFloat(value)`, which can run code of a script.
    pub fn parse_float(&self, value: &Value) -> JsResult<Value> {
        self.convert(value, Kept::ParseFloat)
    }

    /// `JSON.stringify(value)`, which can run code of a script.
    pub fn stringify(&self, value: &Value) -> JsResult<Value> {
        self.convert(value, Kept::Stringify)
    }
}
