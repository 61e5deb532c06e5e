//! The record of a URL: its parser, and its members by number, in the order of `url.js`.

use url::{Url, quirks};

use super::file::FileUrl;
use super::other;

/// A URL.
pub enum Record {
    /// One whose scheme is `file`.
    File(FileUrl),
    /// Any other.
    Other(Url),
}

/// What the parser ignores around a URL.
fn is_ignored(character: char) -> bool {
    matches!(character, '\0'..=' ')
}

/// A text without what the parser ignores anywhere.
fn without_breaks(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], "")
}

/// The scheme of a text, and what follows its colon.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some((scheme, rest))
}

impl Record {
    /// Parses a text, relative to a base if there is one.
    pub fn parse(text: &str, base: Option<&Record>) -> Option<Record> {
        let file_base = match base {
            Some(Record::File(base)) => Some(base),
            _ => None,
        };
        let first = text.trim_start_matches(is_ignored);
        if file_base.is_some() || first.starts_with(['f', 'F']) {
            let text = without_breaks(text.trim_matches(is_ignored));
            let file = match scheme(&text) {
                Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => Some(rest),
                Some(_) => None,
                None => file_base.is_some().then_some(&*text),
            };
            if let Some(text) = file {
                return FileUrl::parse(text, file_base).map(Record::File);
            }
        }
        let base = match base {
            Some(Record::Other(base)) => Some(base),
            _ => None,
        };
        other::parse(text, base).map(Record::Other)
    }

    /// A member.
    pub fn get(&self, member: u32) -> String {
        let url = match self {
            Record::Other(url) => return other::get(url, member),
            Record::File(url) => url,
        };
        let marked = |mark: char, part: &Option<String>| match part.as_deref() {
            None | Some("") => String::new(),
            Some(part) => format!("{mark}{part}"),
        };
        match member {
            1 => "null".to_owned(),
            2 => "file:".to_owned(),
            3 | 4 | 7 => String::new(),
            5 | 6 => url.host.clone(),
            8 => url.path().to_owned(),
            9 => marked('?', &url.query),
            10 => marked('#', &url.fragment),
            _ => url.href(),
        }
    }

    /// Sets a member. Returns whether the text is a URL, which only `href` asks: what else cannot be set
    /// stays as it is.
    pub fn set(&mut self, member: u32, text: &str) -> bool {
        if member == 0 {
            let Some(record) = Record::parse(text, None) else {
                return false;
            };
            *self = record;
            return true;
        }
        if member == 2 {
            self.set_scheme(text);
            return true;
        }
        let url = match self {
            Record::Other(url) => {
                other::set(url, member, text);
                return true;
            }
            Record::File(url) => url,
        };
        let text = without_breaks(text);
        let after = |mark: char| text.strip_prefix(mark).unwrap_or(&text);
        match member {
            5 | 6 => url.set_host(&text),
            8 => url.set_path(&text),
            9 if text.is_empty() => url.query = None,
            9 => url.set_query_text(after('?')),
            10 if text.is_empty() => url.fragment = None,
            10 => url.set_fragment_text(after('#')),
            // A file has no name, password or port.
            _ => {}
        }
        true
    }

    fn set_scheme(&mut self, text: &str) {
        let text = without_breaks(text);
        let scheme = text.split(':').next().unwrap_or_default();
        let is_file = scheme.eq_ignore_ascii_case("file");
        match self {
            Record::File(_) if is_file => {}
            Record::File(url) => {
                let scheme = scheme.to_ascii_lowercase();
                if other::SPECIAL.contains(&&*scheme)
                    && let Some(text) = url.with_scheme(&scheme)
                    && let Ok(url) = Url::parse(&text)
                {
                    *self = Record::Other(url);
                }
            }
            Record::Other(url) if is_file => {
                let may_be = other::SPECIAL.contains(&url.scheme())
                    && url.username().is_empty()
                    && url.password().is_none()
                    && url.port().is_none();
                if may_be
                    && let Some((_, rest)) = url.as_str().split_once(':')
                    && let Some(file) = FileUrl::parse(rest, None)
                {
                    *self = Record::File(file);
                }
            }
            Record::Other(url) => {
                let _ = quirks::set_protocol(url, &text);
            }
        }
    }

    /// Sets the query, which is encoded already.
    pub fn set_query(&mut self, query: Option<&str>) {
        match self {
            Record::File(url) => url.query = query.map(str::to_owned),
            Record::Other(url) => url.set_query(query),
        }
    }
}
