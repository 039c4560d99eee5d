//! Whether a chart's templates read a value, judged by their text.

/// Whether `templates` read the value at `path`: by its own name, as in `.Values.a.b`, or because a
/// map that it is in goes into the output whole, as in `toYaml .Values.a`.
pub(super) fn is_read(templates: &str, path: &[&str]) -> bool {
    let whole = (1..path.len()).any(|length| {
        let mut mentions = mentions(templates, &path[..length]);
        mentions.any(|end| !templates[end..].starts_with('.') && is_whole(templates, end))
    });
    whole || mentions(templates, path).next().is_some()
}

/// The ends of all mentions of the value at `path` or of one below it.
fn mentions<'text>(templates: &'text str, path: &[&str]) -> impl Iterator<Item = usize> + 'text {
    let name = format!(".Values.{}", path.join("."));
    let length = name.len();
    let starts: Vec<usize> = templates
        .match_indices(&name)
        .map(|(start, _)| start)
        .collect();
    starts
        .into_iter()
        .map(move |start| start + length)
        .filter(|end| {
            let next = templates[*end..].chars().next();
            !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
        })
}

/// Whether the action around a mention that ends at `end` hands the whole map on.
fn is_whole(templates: &str, end: usize) -> bool {
    let start = templates[..end].rfind("{{").unwrap_or(0);
    let length = templates[end..].find("}}").unwrap_or(0);
    let action = &templates[start..end + length];
    if ["toYaml", "toJson", ":="]
        .iter()
        .any(|word| action.contains(word))
    {
        return true;
    }
    // `{{ with .Values.a }}{{ toYaml . }}{{ end }}`
    let body = &templates[end + length..];
    let body = &body[..body.find("end }}").unwrap_or(body.len())];
    let opens = action
        .trim_start_matches(['{', '-', ' '])
        .starts_with("with ");
    opens && body.contains("toYaml .")
}
