//! Owned JavaScript values.

use rquickjs_sys as q;

use super::realm::ctx;

/// An owned JavaScript value.
#[repr(transparent)]
pub struct Value(q::JSValue);

/// What JavaScript threw. The value of an interrupt is marked as uncatchable by the engine.
pub struct Thrown(pub Value);

/// Result of anything that can run JavaScript.
pub type JsResult<T> = Result<T, Thrown>;

/// The engine's own distinction of values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tag {
    Undefined,
    Null,
    Boolean,
    Number,
    BigInt,
    String,
    Symbol,
    Object,
    /// A value that scripts never see, such as a compiled module.
    Internal,
}

impl Clone for Value {
    fn clone(&self) -> Self {
        // SAFETY: `self.0` is a live value of the one context.
        Value(unsafe { q::JS_DupValue(ctx(), self.0) })
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // SAFETY: this `Value` owns one reference count and is never used again.
        unsafe { q::JS_FreeValue(ctx(), self.0) }
    }
}

impl Value {
    /// `undefined`
    pub const UNDEFINED: Value = Value(q::JS_UNDEFINED);
    /// `null`
    pub const NULL: Value = Value(q::JS_NULL);

    /// `true` or `false`
    pub const fn boolean(value: bool) -> Value {
        Value(if value { q::JS_TRUE } else { q::JS_FALSE })
    }

    /// A number.
    pub fn number(value: f64) -> Value {
        Value(q::JS_NewFloat64(value))
    }

    /// Takes a value that the engine returned.
    ///
    /// # Safety
    /// `raw` must be a live value whose reference count the caller gives away, and must not be
    /// the exception marker.
    pub(super) unsafe fn from_raw(raw: q::JSValue) -> Value {
        Value(raw)
    }

    /// Borrows a list of values that the engine passed to a callback.
    ///
    /// # Safety
    /// `raw` must point to `len` live values that outlive `'a`.
    pub(super) unsafe fn slice_from_raw<'a>(raw: *const q::JSValue, len: usize) -> &'a [Value] {
        if len == 0 {
            return &[];
        }
        // SAFETY: `Value` is `repr(transparent)`; the rest is the caller's promise. The slice is
        // only borrowed, so no reference count changes.
        unsafe { std::slice::from_raw_parts(raw.cast(), len) }
    }

    /// Checks what an engine call returned.
    ///
    /// # Safety
    /// As [`Value::from_raw`], but the exception marker is allowed.
    pub(super) unsafe fn check(raw: q::JSValue) -> JsResult<Value> {
        // SAFETY: reading the tag of any value is fine.
        if unsafe { q::JS_IsException(raw) } {
            Err(Thrown::take())
        } else {
            Ok(Value(raw))
        }
    }

    /// The raw value, still owned by `self`.
    pub(super) fn raw(&self) -> q::JSValue {
        self.0
    }

    /// Gives the raw value and its reference count away.
    pub(super) fn into_raw(self) -> q::JSValue {
        let raw = self.0;
        std::mem::forget(self);
        raw
    }

    /// The engine's own distinction.
    pub fn tag(&self) -> Tag {
        // SAFETY: reading the tag of a live value.
        match unsafe { q::JS_VALUE_GET_NORM_TAG(self.0) } {
            q::JS_TAG_UNDEFINED => Tag::Undefined,
            q::JS_TAG_NULL => Tag::Null,
            q::JS_TAG_BOOL => Tag::Boolean,
            q::JS_TAG_INT | q::JS_TAG_FLOAT64 => Tag::Number,
            q::JS_TAG_BIG_INT | q::JS_TAG_SHORT_BIG_INT => Tag::BigInt,
            q::JS_TAG_STRING | q::JS_TAG_STRING_ROPE => Tag::String,
            q::JS_TAG_SYMBOL => Tag::Symbol,
            q::JS_TAG_OBJECT => Tag::Object,
            _ => Tag::Internal,
        }
    }

    /// Whether it is `undefined`.
    pub fn is_undefined(&self) -> bool {
        self.tag() == Tag::Undefined
    }

    /// Whether it is an object, functions included.
    pub fn is_object(&self) -> bool {
        self.tag() == Tag::Object
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        // SAFETY: the accessor matches the tag that was just read.
        unsafe {
            let tag = q::JS_VALUE_GET_TAG(self.0);
            if tag == q::JS_TAG_INT {
                Some(f64::from(q::JS_VALUE_GET_INT(self.0)))
            } else if q::JS_TAG_IS_FLOAT64(tag) {
                Some(q::JS_VALUE_GET_FLOAT64(self.0))
            } else {
                None
            }
        }
    }

    /// Address of the heap object behind the value: the same for the same object as long as it
    /// lives. `None` for what is neither an object nor a symbol.
    pub fn address(&self) -> Option<usize> {
        // SAFETY: objects and symbols hold a pointer.
        matches!(self.tag(), Tag::Object | Tag::Symbol)
            .then(|| unsafe { q::JS_VALUE_GET_PTR(self.0) } as usize)
    }

    /// `Boolean(value)`
    pub fn to_boolean(&self) -> bool {
        // SAFETY: live value; ToBoolean cannot throw.
        unsafe { q::JS_ToBool(ctx(), self.0) > 0 }
    }

    /// `Number(value)` (a BigInt throws, as `+value` does).
    pub fn to_number(&self) -> JsResult<f64> {
        let mut number = 0.0;
        // SAFETY: live value, valid destination.
        let status = unsafe { q::JS_ToFloat64(ctx(), &raw mut number, self.0) };
        Thrown::check(status)?;
        Ok(number)
    }

    /// `a === b`
    pub fn strict_equals(&self, other: &Value) -> bool {
        // SAFETY: live values.
        unsafe { q::JS_IsStrictEqual(ctx(), self.0, other.0) }
    }

    /// `Object.is(a, b)`
    pub fn same_value(&self, other: &Value) -> bool {
        // SAFETY: live values.
        unsafe { q::JS_IsSameValue(ctx(), self.0, other.0) }
    }

    /// `this instanceof constructor`
    pub fn is_instance(&self, constructor: &Value) -> JsResult<bool> {
        // SAFETY: live values.
        let status = unsafe { q::JS_IsInstanceOf(ctx(), self.0, constructor.0) };
        Ok(Thrown::check(status)? != 0)
    }
}

impl Thrown {
    /// Takes the pending exception.
    pub(super) fn take() -> Thrown {
        // SAFETY: returns an owned value and clears the exception.
        let raw = unsafe { q::JS_GetException(ctx()) };
        // SAFETY: with nothing pending the engine answers with a marker that is no value.
        if unsafe { q::JS_IsUninitialized(raw) || q::JS_IsException(raw) } {
            Thrown(Value::NULL)
        } else {
            // SAFETY: an owned, ordinary value.
            Thrown(unsafe { Value::from_raw(raw) })
        }
    }

    /// Checks a status of the C interface: negative means that something was thrown.
    pub(super) fn check(status: i32) -> JsResult<i32> {
        if status < 0 {
            Err(Thrown::take())
        } else {
            Ok(status)
        }
    }

    /// Makes it the pending exception and returns the marker that a callback returns.
    pub(super) fn raise(self) -> q::JSValue {
        // SAFETY: `JS_Throw` takes over the reference count.
        unsafe { q::JS_Throw(ctx(), self.0.into_raw()) }
    }

    /// Whether it stems from the interrupt handler, so that no `catch` may see it.
    pub fn is_interrupt(&self) -> bool {
        // SAFETY: live value.
        unsafe { q::JS_IsUncatchableError(self.0.raw()) }
    }
}
