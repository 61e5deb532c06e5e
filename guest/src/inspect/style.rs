//! ANSI colours, as Node.js uses them.

/// What a piece of text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// What stands for something: `[Function: f]`, `[Getter]`, `[Circular *1]`.
    Special,
    /// A number.
    Number,
    /// A BigInt.
    BigInt,
    /// `true` or `false`.
    Boolean,
    /// `undefined`, and what is of no importance.
    Undefined,
    /// `null`
    Null,
    /// A string.
    String,
    /// A symbol.
    Symbol,
    /// A date.
    Date,
    /// A regular expression.
    RegExp,
    /// The name of a package in a stack.
    Module,
}

impl Style {
    /// The parameters that switch it on and off.
    fn codes(self) -> (u8, u8) {
        match self {
            Style::Special => (36, 39),
            Style::Number | Style::BigInt | Style::Boolean => (33, 39),
            Style::Undefined => (90, 39),
            Style::Null => (1, 22),
            Style::String | Style::Symbol => (32, 39),
            Style::Date => (35, 39),
            Style::RegExp => (31, 39),
            Style::Module => (4, 24),
        }
    }

    /// `text` between the codes.
    pub fn paint(self, text: &str) -> String {
        let (on, off) = self.codes();
        format!("\x1b[{on}m{text}\x1b[{off}m")
    }
}

/// Text in faint print.
pub fn faint(text: &str) -> String {
    format!("\x1b[2m{text}\x1b[22m")
}

/// Text without colours.
pub fn strip(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('\x1b') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\x1b[") {
        let (before, code) = rest.split_at(start);
        plain.push_str(before);
        let digits = code[2..].bytes().take_while(u8::is_ascii_digit).count();
        let end = 2 + digits;
        if digits > 0 && code.as_bytes().get(end) == Some(&b'm') {
            rest = &code[end + 1..];
        } else {
            plain.push_str(&code[..2]);
            rest = &code[2..];
        }
    }
    plain.push_str(rest);
    plain.into()
}
