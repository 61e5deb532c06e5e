//! URLs of files. The crate `url` follows an older standard for them: it drops empty segments, and reads
//! drive letters another way. These are the states of the basic URL parser (URL Standard, "URL parsing") that
//! the scheme `file` has, and what its setters do. Hosts are parsed by the crate.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Host;

/// The standard's percent-encode sets.
const FRAGMENT: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');
const SPECIAL_QUERY: &AsciiSet = &QUERY.add(b'\'');
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'^').add(b'`').add(b'{').add(b'}');

/// A URL whose scheme is `file`.
#[derive(Clone, Default)]
pub struct FileUrl {
    /// As it is written; mostly empty.
    pub host: String,
    /// Empty, or segments with a slash before each.
    path: String,
    pub query: Option<String>,
    pub fragment: Option<String>,
}

fn is_slash(character: char) -> bool {
    matches!(character, '/' | '\\')
}

/// Whether a text begins with a letter and one of these characters.
fn has_letter_before(text: &str, behind: &[u8]) -> bool {
    match text.as_bytes() {
        [letter, second, ..] => letter.is_ascii_alphabetic() && behind.contains(second),
        _ => false,
    }
}

fn is_drive_letter(text: &str) -> bool {
    text.len() == 2 && has_letter_before(text, b":|")
}

fn is_normalized_drive_letter(text: &str) -> bool {
    text.len() == 2 && has_letter_before(text, b":")
}

/// Whether a text starts with a drive letter that is a whole segment.
fn starts_with_drive_letter(text: &str) -> bool {
    has_letter_before(text, b":|")
        && matches!(
            text.as_bytes().get(2),
            None | Some(b'/' | b'\\' | b'?' | b'#')
        )
}

/// The length of a segment that consists of dots alone, which may be escaped.
fn dots(segment: &str) -> Option<usize> {
    let mut rest = segment.as_bytes();
    let mut count = 0;
    while !rest.is_empty() {
        rest = match rest {
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => rest,
            _ => return None,
        };
        count += 1;
    }
    (1..=2).contains(&count).then_some(count)
}

impl FileUrl {
    /// Parses what follows the scheme, or a relative reference. Tabs, line breaks and surrounding spaces
    /// are removed already.
    pub fn parse(text: &str, base: Option<&FileUrl>) -> Option<FileUrl> {
        let (text, fragment) = match text.split_once('#') {
            Some((text, fragment)) => (text, Some(fragment)),
            None => (text, None),
        };
        let (text, query) = match text.split_once('?') {
            Some((text, query)) => (text, Some(query)),
            None => (text, None),
        };
        let mut url = FileUrl::default();
        url.parse_path_and_host(text, base, query.is_some())?;
        if let Some(query) = query {
            url.set_query_text(query);
        }
        url.fragment = fragment.map(|fragment| utf8_percent_encode(fragment, FRAGMENT).to_string());
        Some(url)
    }

    /// The file state, and those that follow it up to the query.
    fn parse_path_and_host(
        &mut self,
        text: &str,
        base: Option<&FileUrl>,
        has_query: bool,
    ) -> Option<()> {
        let mut characters = text.chars();
        if !characters.next().is_some_and(is_slash) {
            if let Some(base) = base {
                self.clone_from(base);
                self.fragment = None;
                if text.is_empty() {
                    if has_query {
                        self.query = None;
                    }
                    return Some(());
                }
                self.query = None;
                if starts_with_drive_letter(text) {
                    self.path.clear();
                } else {
                    self.shorten();
                }
            }
            self.append_path(text);
            return Some(());
        }
        // The file slash state.
        let rest = characters.as_str();
        if !characters.next().is_some_and(is_slash) {
            if let Some(base) = base {
                self.host.clone_from(&base.host);
                let drive = base.path.get(1..).unwrap_or_default();
                let drive = drive.split('/').next().unwrap_or_default();
                if !starts_with_drive_letter(rest) && is_normalized_drive_letter(drive) {
                    self.path = format!("/{drive}");
                }
            }
            self.append_path(rest);
            return Some(());
        }
        // The file host state.
        let rest = characters.as_str();
        let end = rest.find(is_slash).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        if is_drive_letter(host) {
            self.append_path(rest);
            return Some(());
        }
        self.host = parse_host(host)?;
        self.append_path(path.strip_prefix(is_slash).unwrap_or(path));
        Some(())
    }

    /// The path state.
    fn append_path(&mut self, text: &str) {
        let mut segments = text.split(is_slash).peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            match dots(segment) {
                Some(count) => {
                    if count == 2 {
                        self.shorten();
                    }
                    if is_last {
                        self.path.push('/');
                    }
                }
                None if self.path.is_empty() && is_drive_letter(segment) => {
                    self.path.push('/');
                    self.path.push_str(&segment[..1]);
                    self.path.push(':');
                }
                None => {
                    self.path.push('/');
                    self.path.extend(utf8_percent_encode(segment, PATH));
                }
            }
        }
    }

    /// Removes the last segment, unless it is a drive.
    fn shorten(&mut self) {
        let is_drive = is_normalized_drive_letter(self.path.get(1..).unwrap_or_default());
        if !is_drive && let Some(last) = self.path.rfind('/') {
            self.path.truncate(last);
        }
    }

    /// The path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// All of it.
    pub fn href(&self) -> String {
        let mut text = self.href_of("file");
        if let Some(fragment) = &self.fragment {
            text.push('#');
            text.push_str(fragment);
        }
        text
    }

    /// The same with another scheme and without the fragment.
    fn href_of(&self, scheme: &str) -> String {
        let mut text = format!("{scheme}://{}{}", self.host, self.path);
        if let Some(query) = &self.query {
            text.push('?');
            text.push_str(query);
        }
        text
    }

    /// The text of the same URL with another special scheme; nothing without a host.
    pub fn with_scheme(&self, scheme: &str) -> Option<String> {
        let mut text = (!self.host.is_empty()).then(|| self.href_of(scheme))?;
        if let Some(fragment) = &self.fragment {
            text.push('#');
            text.push_str(fragment);
        }
        Some(text)
    }

    /// Sets the host, if it is one.
    pub fn set_host(&mut self, text: &str) {
        let text = text.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        if let Some(host) = parse_host(text) {
            self.host = host;
        }
    }

    /// Sets the path.
    pub fn set_path(&mut self, text: &str) {
        self.path.clear();
        self.append_path(text.strip_prefix(is_slash).unwrap_or(text));
    }

    /// Sets the query by its text without the question mark.
    pub fn set_query_text(&mut self, text: &str) {
        self.query = Some(utf8_percent_encode(text, SPECIAL_QUERY).to_string());
    }

    /// Sets the fragment by its text without the number sign.
    pub fn set_fragment_text(&mut self, text: &str) {
        self.fragment = Some(utf8_percent_encode(text, FRAGMENT).to_string());
    }
}

fn parse_host(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let host = Host::parse(text).ok()?.to_string();
    Some(match &*host {
        "localhost" => String::new(),
        _ => host,
    })
}
