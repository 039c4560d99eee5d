//! The settings that go to Jinja: delimiters, white space, undefined values, extensions.

use super::settings::Settings;
use crate::options::{Delimiters, Extensions, NewlineSequence, Options, UndefinedMode};
use crate::rules;

/// Reads them, and checks those that change nothing here.
pub(super) fn options(settings: &mut Settings<'_>) -> Options {
    let defaults = Options::makejinja();
    // Read for their types; they change nothing that a user could see.
    settings.flag("internal.optimized", true);
    settings.flag("internal.auto_reload", false);
    settings.flag("internal.enable_async", false);
    if let Some(size) = settings.text("internal.cache_size")
        && size.value.parse::<i64>().is_err()
    {
        settings.diagnostics.push(
            rules::MAKEJINJA_WRONG_TYPE
                .report("`internal.cache_size` is not a whole number")
                .at(size.location),
        );
    }
    Options {
        delimiters: delimiters(settings),
        trim_blocks: settings.flag("whitespace.trim_blocks", true),
        lstrip_blocks: settings.flag("whitespace.lstrip_blocks", true),
        keep_trailing_newline: settings.flag("whitespace.keep_trailing_newline", true),
        newline_sequence: newline_sequence(settings),
        autoescape: settings.flag("internal.autoescape", false),
        undefined: undefined(settings),
        extensions: extensions(settings),
        keep_empty: settings.flag("keep_empty", false),
        ..defaults
    }
}

fn delimiters(settings: &mut Settings<'_>) -> Delimiters {
    let mut delimiters = Delimiters::default();
    let Delimiters {
        block_start,
        block_end,
        variable_start,
        variable_end,
        comment_start,
        comment_end,
        line_statement_prefix,
        line_comment_prefix,
    } = &mut delimiters;
    for (path, target) in [
        ("delimiter.block_start", &mut *block_start),
        ("delimiter.block_end", block_end),
        ("delimiter.variable_start", &mut *variable_start),
        ("delimiter.variable_end", variable_end),
        ("delimiter.comment_start", &mut *comment_start),
        ("delimiter.comment_end", comment_end),
    ] {
        if let Some(text) = not_empty(settings, path) {
            *target = text;
        }
    }
    *line_statement_prefix = not_empty(settings, "prefix.line_statement");
    *line_comment_prefix = not_empty(settings, "prefix.line_comment");
    let starts = [
        ("delimiter.block_start", &*block_start),
        ("delimiter.variable_start", &*variable_start),
        ("delimiter.comment_start", &*comment_start),
    ];
    for (index, (path, start)) in starts.iter().enumerate() {
        if let Some((other, _)) = starts[..index].iter().find(|(_, text)| text == start) {
            let location = settings.location(path).or_else(|| settings.location(other));
            let mut problem = rules::MAKEJINJA_UNKNOWN_VALUE
                .report(format!("`{path}` and `{other}` are both `{start}`"));
            problem.location = location;
            settings.diagnostics.push(problem);
        }
    }
    delimiters
}

fn not_empty(settings: &mut Settings<'_>, path: &str) -> Option<String> {
    let text = settings.text(path)?;
    if text.value.is_empty() {
        settings.diagnostics.push(
            rules::MAKEJINJA_UNKNOWN_VALUE
                .report(format!("`{path}` is empty"))
                .at(text.location)
                .hint("remove the line to have the default"),
        );
        return None;
    }
    Some(text.value)
}

fn newline_sequence(settings: &mut Settings<'_>) -> NewlineSequence {
    let Some(text) = settings.text("whitespace.newline_sequence") else {
        return NewlineSequence::default();
    };
    match text.value.as_str() {
        "\n" => NewlineSequence::Lf,
        "\r\n" => NewlineSequence::CrLf,
        "\r" => NewlineSequence::Cr,
        _ => {
            settings.diagnostics.push(
                rules::MAKEJINJA_UNKNOWN_VALUE
                    .report(
                        r#"`whitespace.newline_sequence` is none of `"\n"`, `"\r\n"` and `"\r"`"#,
                    )
                    .at(text.location),
            );
            NewlineSequence::default()
        }
    }
}

fn undefined(settings: &mut Settings<'_>) -> UndefinedMode {
    let Some(text) = settings.text("undefined") else {
        return UndefinedMode::Default;
    };
    match text.value.as_str() {
        "default" => UndefinedMode::Default,
        "chainable" => UndefinedMode::Chainable,
        "debug" => UndefinedMode::Debug,
        "strict" => UndefinedMode::Strict,
        other => {
            let known = ["default", "chainable", "debug", "strict"];
            let hint = diagnostics::closest(other, known).map_or_else(
                || "use `default`, `chainable`, `debug` or `strict`".to_owned(),
                |name| format!("did you mean `{name}`?"),
            );
            settings.diagnostics.push(
                rules::MAKEJINJA_UNKNOWN_VALUE
                    .report(format!("`undefined` cannot be `{other}`"))
                    .at(text.location)
                    .hint(hint),
            );
            UndefinedMode::Default
        }
    }
}

fn extensions(settings: &mut Settings<'_>) -> Extensions {
    let mut extensions = Extensions::default();
    for extension in settings.texts("extensions").unwrap_or_default() {
        match extension.value.replace(':', ".").as_str() {
            "jinja2.ext.do" | "jinja2.ext.ExprStmtExtension" => {
                extensions.expression_statement = true;
            }
            "jinja2.ext.loopcontrols" | "jinja2.ext.LoopControlExtension" => {
                extensions.loop_controls = true;
            }
            name => {
                let known = ["jinja2.ext.do", "jinja2.ext.loopcontrols"];
                let hint = diagnostics::closest(name, known).map_or_else(
                    || format!("only `{}` and `{}` are built in", known[0], known[1]),
                    |name| format!("did you mean `{name}`?"),
                );
                settings.diagnostics.push(
                    rules::MAKEJINJA_UNKNOWN_EXTENSION
                        .report(format!("the extension `{name}` does not exist here"))
                        .at(extension.location)
                        .hint(hint),
                );
            }
        }
    }
    extensions
}
