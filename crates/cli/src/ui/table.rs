//! Tables.

use diagnostics::visible;
use unicode_width::UnicodeWidthStr as _;

/// Columns as wide as what is in them, three blanks between; none behind the last.
pub(super) fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, column: usize| -> String {
        let text = row.get(column).map_or("", String::as_str);
        // A line is a row.
        visible(&text.replace(char::is_control, " "))
    };
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let widths = rows.iter().map(|row| cell(row, column).width());
            widths.max().unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (column, width) in widths.iter().enumerate() {
            let text = cell(row, column);
            let blanks = width + 3 - text.width().min(*width);
            line.push_str(&text);
            line.extend(std::iter::repeat_n(' ', blanks));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let rows = [["a", "1\n2", ""], ["longer", "\u{e9}", "x"]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec()).to_vec();
        assert_eq!(
            table(&["NODE", "N", "LAST"], rows),
            "NODE     N     LAST\na        1 2\nlonger   \u{e9}     x\n"
        );
    }
}
