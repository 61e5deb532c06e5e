//! Where a request to another host goes.

/// The parts of a URL that a request has. The VM has parsed it before: this only takes it apart.
pub struct Target<'a> {
    /// Whether it is `https:`.
    pub is_secure: bool,
    /// The host, and the port if there is one.
    pub authority: &'a str,
    /// From the first slash on, without the fragment.
    pub path: String,
}

impl Target<'_> {
    /// The parts; nothing if it is neither `http:` nor `https:`.
    pub fn parse(url: &str) -> Option<Target<'_>> {
        let (scheme, rest) = url.split_once("://")?;
        let is_secure = match scheme {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        // Names and passwords are not sent in the authority.
        let authority = authority.rsplit('@').next().unwrap_or(authority);
        let path = match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("/{path}"),
        };
        (!authority.is_empty()).then_some(Target {
            is_secure,
            authority,
            path,
        })
    }
}
