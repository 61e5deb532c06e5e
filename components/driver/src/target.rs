//! The target of a request to another host.

/// The parts of a URL that a request needs. The VM has parsed and checked the URL before.
pub struct Target<'a> {
    /// Whether it is `https:`.
    pub is_secure: bool,
    /// The host, and the port if there is one.
    pub authority: &'a str,
    /// The path with the query, without the fragment.
    pub path: String,
}

impl Target<'_> {
    /// Takes a URL apart, if it is `http:` or `https:`.
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
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        };
        (!authority.is_empty()).then_some(Target {
            is_secure,
            authority,
            path,
        })
    }
}
