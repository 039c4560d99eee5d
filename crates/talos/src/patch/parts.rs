//! Texts that Talos holds in parts, and merges part by part: one that the patch does not have
//! stays what it was.

/// What two texts of a form become; the right one, where the form has no parts.
pub(super) fn merged(left: &str, right: &str, format: &str) -> String {
    match format {
        "url" => url(left, right),
        // A share and a number of bytes are two fields, and the bytes count.
        "volume-size" if right.contains('%') && !left.contains('%') => left.to_owned(),
        _ => right.to_owned(),
    }
}

fn url(left: &str, right: &str) -> String {
    let (left, right) = (Url::of(left), Url::of(right));
    let either = |one: fn(&Url<'_>) -> String| {
        let theirs = one(&right);
        if theirs.is_empty() {
            one(&left)
        } else {
            theirs
        }
    };
    let origin = either(|url| url.origin.to_owned());
    let path = either(|url| url.path.to_owned());
    let query = either(|url| url.query.to_owned());
    let fragment = either(|url| url.fragment.to_owned());
    format!("{origin}{path}{query}{fragment}")
}

/// A URL, of which only the places of its delimiters are looked at.
struct Url<'a> {
    origin: &'a str,
    path: &'a str,
    /// With its question mark.
    query: &'a str,
    /// With its hash.
    fragment: &'a str,
}

impl<'a> Url<'a> {
    fn of(text: &'a str) -> Self {
        let (text, fragment) = text.split_at(text.find('#').unwrap_or(text.len()));
        let (text, query) = text.split_at(text.find('?').unwrap_or(text.len()));
        let host = text.find("://").map_or(0, |scheme| scheme + 3);
        let path = text[host..]
            .find('/')
            .map_or(text.len(), |path| host + path);
        let (origin, path) = text.split_at(path);
        Self {
            origin,
            path,
            query,
            fragment,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn a_part_that_the_patch_lacks_stays() {
        for (format, left, right, wanted) in [
            ("url", "https://a/", "https://b", "https://b/"),
            ("url", "https://a", "https://b/c", "https://b/c"),
            ("url", "https://a/b?c=d#e", "tcp://f:1", "tcp://f:1/b?c=d#e"),
            ("url", "https://a/b?c=d", "https://f/?g", "https://f/?g"),
            ("volume-size", "50GiB", "80%", "50GiB"),
            ("volume-size", "80%", "50GiB", "50GiB"),
            ("volume-size", "80%", "70%", "70%"),
            ("byte-size", "1GiB", "2GiB", "2GiB"),
        ] {
            assert_eq!(merged(left, right, format), wanted, "{left} and {right}");
        }
    }
}
