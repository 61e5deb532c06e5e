//! URLs of all schemes but `file`: the crate `url`, and where the standard has changed since.

use url::{Position, Url, quirks};

/// The special schemes.
pub const SPECIAL: [&str; 6] = ["http", "https", "ws", "wss", "ftp", "file"];

/// Parses a text, relative to a base if there is one.
pub fn parse(text: &str, base: Option<&Url>) -> Option<Url> {
    let parsed = Url::options().base_url(base).parse(text).ok();
    let url = parsed.or_else(|| behind_slashes(text, base?))?;
    Some(corrected(url))
}

/// Parses a host behind more than two slashes, which the crate finds behind a scheme alone.
fn behind_slashes(text: &str, base: &Url) -> Option<Url> {
    let text = text.trim_start_matches(|character| matches!(character, '\0'..=' '));
    let is_special = SPECIAL.contains(&base.scheme());
    let has_slashes = text.starts_with(['/', '\\']);
    (is_special && has_slashes).then(|| Url::parse(&format!("{}:{text}", base.scheme())).ok())?
}

/// A URL that was parsed, as the standard has it: `^` is escaped in paths, and the last space before a
/// query or fragment in those that are opaque.
fn corrected(url: Url) -> Url {
    let path = &url[Position::BeforePath..Position::AfterPath];
    let after = &url[Position::AfterPath..];
    let path = if !url.cannot_be_a_base() && path.contains('^') {
        path.replace('^', "%5E")
    } else if url.cannot_be_a_base() && !after.is_empty() && path.ends_with(' ') {
        format!("{}%20", &path[..path.len() - 1])
    } else {
        return url;
    };
    let text = format!("{}{path}{after}", &url[..Position::BeforePath]);
    Url::parse(&text).unwrap_or(url)
}

/// A member, by the order in `url.js`.
pub fn get(url: &Url, member: u32) -> String {
    match member {
        1 => origin(url),
        2 => quirks::protocol(url).to_owned(),
        3 => quirks::username(url).to_owned(),
        4 => quirks::password(url).to_owned(),
        5 => quirks::host(url).to_owned(),
        6 => quirks::hostname(url).to_owned(),
        7 => quirks::port(url).to_owned(),
        8 => quirks::pathname(url).to_owned(),
        9 => quirks::search(url).to_owned(),
        10 => quirks::hash(url).to_owned(),
        _ => quirks::href(url).to_owned(),
    }
}

/// Sets a member other than `href` and the scheme. What cannot be set stays as it is.
pub fn set(url: &mut Url, member: u32, text: &str) {
    let _ = match member {
        3 => quirks::set_username(url, text),
        4 => quirks::set_password(url, text),
        5 => keep_path(quirks::set_host(url, text), url),
        6 => keep_path(quirks::set_hostname(url, text), url),
        // The crate takes the port away.
        7 if !text.is_empty() && text.trim_matches(['\t', '\n', '\r']).is_empty() => Ok(()),
        7 => quirks::set_port(url, text),
        8 => {
            set_path(url, text);
            Ok(())
        }
        9 => {
            quirks::set_search(url, text);
            Ok(())
        }
        _ => {
            quirks::set_hash(url, text);
            Ok(())
        }
    };
}

/// The origin. The crate follows `blob:` URLs to any scheme, the standard to those of the web only.
fn origin(url: &Url) -> String {
    let is_of_web = |url: Url| matches!(url.scheme(), "http" | "https");
    if url.scheme() == "blob" && !Url::parse(url.path()).is_ok_and(is_of_web) {
        return "null".to_owned();
    }
    quirks::origin(url)
}

/// After the host was set: a `/.` that kept an empty first segment from being taken for a host goes.
fn keep_path(result: Result<(), ()>, url: &mut Url) -> Result<(), ()> {
    if url.has_authority()
        && url[Position::AfterPort..].starts_with("/.//")
        && let Ok(parsed) = Url::parse(url.as_str())
    {
        *url = parsed;
    }
    result
}

/// Sets the path. The crate has another path than the standard for schemes that are not special.
fn set_path(url: &mut Url, text: &str) {
    if url.cannot_be_a_base() || SPECIAL.contains(&url.scheme()) {
        quirks::set_pathname(url, text);
        *url = corrected(url.clone());
        return;
    }
    // What would end the path, or be cut off at the end of a URL.
    let mut path = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '?' | '#' | ' ' | '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' => {
                path.push_str(&format!("%{:02X}", u32::from(character)));
            }
            _ => path.push(character),
        }
    }
    if !path.is_empty() && !path.starts_with('/') || path.is_empty() && !url.has_authority() {
        path.insert(0, '/');
    }
    let before = &url[..Position::BeforePath];
    let before = match url.has_authority() {
        true => before.to_owned(),
        // So that no segment is taken for a host.
        false => format!("{}:/.", url.scheme()),
    };
    let written = format!("{before}{path}{}", &url[Position::AfterPath..]);
    if let Ok(parsed) = Url::parse(&written) {
        *url = corrected(parsed);
    }
}
