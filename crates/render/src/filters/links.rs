//! `urlize`: addresses in text made links, as `jinja2.utils.urlize` does.

use std::sync::LazyLock;

use minijinja::{Error, Value};
use regex::Regex;

use super::texts::soft_text;
use crate::python::arithmetic::escape;
use crate::python::call::Call;
use crate::python::fault::{Fault, Outcome};
use crate::python::items::{self, is_true};
use crate::python::print;
use crate::python::view::View;

static HTTP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(
            (https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})
            | ([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)
            | (https?://)((\d{1,3}(\.\d{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}\]))
        )(:\d{1,5})?([/?\#]\S*)?$",
    )
    .expect("the pattern is a constant that the tests compile")
});

static MAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\S+@\w[\w.-]*\.\w+$").expect("the pattern is a constant that the tests compile")
});

pub(super) fn urlize(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, limit, nofollow, target, rel, schemes] = call.bind(
        [
            "value",
            "trim_url_limit",
            "nofollow",
            "target",
            "rel",
            "extra_schemes",
        ],
        1,
    )?;
    let value = soft_text(&value.unwrap_or_default())?;
    let limit = match limit.as_ref().map(View::of) {
        None | Some(View::None) => None,
        Some(view) => Some(
            view.as_integer()
                .and_then(|limit| usize::try_from(limit).ok())
                .ok_or_else(|| Fault::type_error("`urlize` needs an int for `trim_url_limit`"))?,
        ),
    };
    let mut rel = optional_text(rel.as_ref())?.unwrap_or_default();
    rel.push_str(" noopener");
    if nofollow.as_ref().map_or(Ok(false), is_true)? {
        rel.push_str(" nofollow");
    }
    let mut parts: Vec<_> = rel.split_whitespace().collect();
    parts.sort_unstable();
    parts.dedup();
    let mut attributes = format!(" rel=\"{}\"", escape(&parts.join(" ")));
    if let Some(target) = optional_text(target.as_ref())? {
        attributes.push_str(&format!(" target=\"{}\"", escape(&target)));
    }
    let schemes = match schemes {
        Some(schemes) if !schemes.is_none() => items::items(&schemes)?
            .iter()
            .map(print::text)
            .collect::<Outcome<_>>()?,
        _ => Vec::new(),
    };
    let text = if value.is_safe() {
        value.as_str().unwrap_or_default().to_owned()
    } else {
        escape(value.as_str().unwrap_or_default())
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let blank = rest.starts_with(crate::syntax::is_space);
        let end = rest
            .find(|character| crate::syntax::is_space(character) != blank)
            .unwrap_or(rest.len());
        let (word, more) = rest.split_at(end);
        rest = more;
        if blank {
            out.push_str(word);
        } else {
            link(&mut out, word, limit, &attributes, &schemes);
        }
    }
    Ok(Value::from(out))
}

fn link(out: &mut String, word: &str, limit: Option<usize>, attributes: &str, schemes: &[String]) {
    let mut head = 0;
    while let Some(length) = ["(", "<", "&lt;"]
        .iter()
        .find(|open| word[head..].starts_with(**open))
        .map(|open| open.len())
    {
        head += length;
    }
    let mut end = word.len();
    while let Some(length) = ["&gt;", ")", ">", ".", ",", "\n"]
        .iter()
        .find(|close| word[head..end].ends_with(**close))
        .map(|close| close.len())
    {
        end -= length;
    }
    for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
        let opened = word[head..end].matches(open).count();
        if opened <= word[head..end].matches(close).count() {
            continue;
        }
        let moved = opened.min(word[end..].matches(close).count());
        for _ in 0..moved {
            if let Some(index) = word[end..].find(close) {
                end += index + close.len();
            }
        }
    }
    let middle = &word[head..end];
    out.push_str(&word[..head]);
    let anchor = |address: &str, attributes: &str, shown: &str| {
        format!("<a href=\"{address}\"{attributes}>{shown}</a>")
    };
    if HTTP.is_match(middle) {
        let shown = match limit {
            Some(limit) if middle.chars().count() > limit => {
                middle.chars().take(limit).collect::<String>() + "..."
            }
            _ => middle.to_owned(),
        };
        let has_scheme = middle.starts_with("https://") || middle.starts_with("http://");
        let scheme = if has_scheme { "" } else { "https://" };
        out.push_str(&anchor(&format!("{scheme}{middle}"), attributes, &shown));
    } else if let Some(address) = middle
        .strip_prefix("mailto:")
        .filter(|rest| MAIL.is_match(rest))
    {
        out.push_str(&anchor(middle, "", address));
    } else if middle.contains('@')
        && !middle.starts_with("www.")
        && !middle.starts_with('@')
        && !middle.contains(':')
        && MAIL.is_match(middle)
    {
        out.push_str(&anchor(&format!("mailto:{middle}"), "", middle));
    } else if schemes
        .iter()
        .any(|scheme| middle != scheme && middle.starts_with(scheme.as_str()))
    {
        out.push_str(&anchor(middle, attributes, middle));
    } else {
        out.push_str(middle);
    }
    out.push_str(&word[end..]);
}

fn optional_text(value: Option<&Value>) -> Outcome<Option<String>> {
    match value.map(View::of) {
        None | Some(View::None) => Ok(None),
        Some(View::Text(text)) => Ok(Some(text.to_owned())),
        Some(view) => Err(Fault::type_error(format!(
            "`urlize` needs a str, not {}",
            view.kind()
        ))),
    }
}
