//! `wordwrap`, with the rules of Python's `textwrap`.

use minijinja::{Error, Value};

use super::layout::not_text;
use crate::python::call::Call;
use crate::python::fault::Fault;
use crate::python::items::is_true;
use crate::python::methods::text_parts;
use crate::python::view::View;

pub(super) fn wordwrap(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, width, break_long, wrap, break_hyphens] = call.bind(
        [
            "s",
            "width",
            "break_long_words",
            "wrapstring",
            "break_on_hyphens",
        ],
        1,
    )?;
    let value = value.unwrap_or_default();
    let View::Text(text) = View::of(&value) else {
        return Err(not_text("wordwrap", &value).into());
    };
    let width = match width.as_ref().map(View::of) {
        None => 79,
        Some(view) => view
            .as_integer()
            .and_then(|width| usize::try_from(width).ok())
            .filter(|&width| width > 0)
            .ok_or_else(|| Fault::value_error("`wordwrap` needs an int above 0 for `width`"))?,
    };
    let wrap = match wrap.as_ref().map(View::of) {
        None | Some(View::None) => call.settings.newline.to_owned(),
        Some(View::Text(wrap)) => wrap.to_owned(),
        Some(_) => return Err(Fault::type_error("`wordwrap` needs a str for `wrapstring`").into()),
    };
    let break_long = break_long.as_ref().map_or(Ok(true), is_true)?;
    let break_hyphens = break_hyphens.as_ref().map_or(Ok(true), is_true)?;
    let lines: Vec<String> = text_parts::lines(text, false)
        .into_iter()
        .map(|line| lines_of(chunks(line, break_hyphens), width, break_long).join(&wrap))
        .collect();
    Ok(Value::from(lines.join(&wrap)))
}

fn is_blank(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_letter(character: char) -> bool {
    is_word(character) && !character.is_numeric()
}

/// Where a line may be broken: runs of blanks, words, parts of hyphenated words.
fn chunks(line: &str, break_hyphens: bool) -> Vec<Vec<char>> {
    let characters: Vec<char> = line.chars().collect();
    let mut chunks = Vec::new();
    let mut start = 0;
    while start < characters.len() {
        let end = chunk_end(&characters, start, break_hyphens);
        chunks.push(characters[start..end].to_vec());
        start = end;
    }
    chunks
}

fn chunk_end(characters: &[char], start: usize, break_hyphens: bool) -> usize {
    let at = |index: usize| characters.get(index).copied();
    let run = |from: usize, test: fn(char) -> bool| {
        (from..characters.len())
            .find(|&i| !test(characters[i]))
            .unwrap_or(characters.len())
    };
    if is_blank(characters[start]) {
        return run(start, is_blank);
    }
    if !break_hyphens {
        return run(start, |character| !is_blank(character));
    }
    // A dash of two or more hyphens between words.
    let dash_at = |index: usize| {
        let before = index.checked_sub(1).and_then(at);
        let joins = before.is_some_and(|c| is_word(c) || "!\"'&.,?".contains(c));
        let end = run(index, |character| character == '-');
        (joins && end >= index + 2 && at(end).is_some_and(is_word)).then_some(end)
    };
    if let Some(end) = dash_at(start) {
        return end;
    }
    let letter = |index: Option<usize>| index.and_then(at).is_some_and(is_letter);
    for (end, &character) in characters.iter().enumerate().skip(start + 1) {
        if is_blank(character) || dash_at(end).is_some() {
            return end;
        }
        let before = |distance: usize| end.checked_sub(distance);
        let word_part = letter(before(1)) && letter(before(2))
            || letter(before(1)) && before(2).and_then(at) == Some('-') && letter(before(3));
        let goes_on = letter(Some(end + 1))
            && (letter(Some(end + 2)) || at(end + 2) == Some('-') && letter(Some(end + 3)));
        if character == '-' && word_part && goes_on {
            return end + 1;
        }
    }
    characters.len()
}

fn lines_of(mut chunks: Vec<Vec<char>>, width: usize, break_long: bool) -> Vec<String> {
    let blank = |chunk: &Vec<char>| chunk.iter().all(|&c| crate::syntax::is_space(c));
    let mut lines: Vec<String> = Vec::new();
    chunks.reverse();
    while let Some(next) = chunks.last() {
        if !lines.is_empty() && blank(next) {
            chunks.pop();
        }
        let mut line: Vec<Vec<char>> = Vec::new();
        let mut length = 0;
        while let Some(chunk) = chunks.pop_if(|chunk| length + chunk.len() <= width) {
            length += chunk.len();
            line.push(chunk);
        }
        if let Some(chunk) = chunks.pop_if(|chunk| chunk.len() > width) {
            if break_long {
                let room = width - length;
                line.push(chunk[..room].to_vec());
                chunks.push(chunk[room..].to_vec());
            } else if line.is_empty() {
                line.push(chunk);
            } else {
                chunks.push(chunk);
            }
        }
        line.pop_if(|chunk| blank(chunk));
        if !line.is_empty() {
            lines.push(line.into_iter().flatten().collect());
        }
    }
    lines
}
