//! SVG, laid out here.

use std::fmt::Write as _;

use super::layout::{self, CHARACTERS, LINE, PADDING, Spot};
use super::{Picture, Shape};

/// A picture as SVG. It has the colour of the text around it, so that it is seen in the dark.
pub fn svg(picture: &Picture) -> String {
    let layout = layout::of(picture);
    let (spots, (width, height)) = (&layout.spots, layout.size);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\" aria-label=\"{title}\" color=\"#808080\" font-family=\"system-ui, sans-serif\" \
         font-size=\"12\">\n<title>{title}</title>\n<defs><marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" \
         markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"currentColor\"/></marker></defs>\n",
        title = escaped(&picture.title),
        id = marker(picture),
    );
    for (arrow, bends) in picture.arrows.iter().zip(&layout.bends) {
        let ends = spots.get(arrow.from).zip(spots.get(arrow.to));
        if let Some((from, to)) = ends {
            text.push_str(&line(*from, bends, *to, arrow.is_faint, &marker(picture)));
        }
    }
    for (item, spot) in picture.items.iter().zip(spots) {
        let radius = match item.shape {
            Shape::Outside => spot.height / 2.0,
            _ => 4.0,
        };
        let dash = if item.shape == Shape::Open {
            " stroke-dasharray=\"4 3\""
        } else {
            ""
        };
        let weight = if item.shape == Shape::Entrance {
            2.0
        } else {
            1.0
        };
        let _ = write!(
            text,
            "<g><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{radius:.1}\" fill=\"currentColor\" \
             fill-opacity=\"0.08\" stroke=\"currentColor\" stroke-width=\"{weight}\"{dash}/>",
            spot.left, spot.top, spot.width, spot.height,
        );
        let mut at = spot.top + PADDING + LINE * 0.75;
        for (index, line) in item.lines.iter().enumerate() {
            let weight = if index == 0 {
                " font-weight=\"600\""
            } else {
                ""
            };
            let _ = write!(
                text,
                "<text x=\"{:.1}\" y=\"{at:.1}\" fill=\"currentColor\"{weight}>{}</text>",
                spot.left + PADDING,
                escaped(&shortened(line)),
            );
            at += LINE;
        }
        if !item.group.is_empty() {
            let _ = write!(
                text,
                "<text x=\"{:.1}\" y=\"{at:.1}\" fill=\"currentColor\" font-style=\"italic\">{}</text>",
                spot.left + PADDING,
                escaped(&shortened(&item.group)),
            );
        }
        text.push_str("</g>\n");
    }
    text.push_str("</svg>\n");
    text
}

/// Two pictures may stand in one page, and ids are the page's.
fn marker(picture: &Picture) -> String {
    let letters = picture.title.chars().filter(char::is_ascii_alphabetic);
    format!("arrow-{}", letters.collect::<String>())
}

/// An arrow: curves from one place to the next.
fn line(from: Spot, bends: &[Spot], to: Spot, is_faint: bool, marker: &str) -> String {
    let mut at = (from.left + from.width, from.top + from.height / 2.0);
    let mut way = format!("M{:.1} {:.1}", at.0, at.1);
    let curve = |way: &mut String, at: (f64, f64), end: (f64, f64)| {
        let bend = ((end.0 - at.0).abs() / 2.0).max(24.0);
        let _ = write!(
            way,
            "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            at.0 + bend,
            at.1,
            end.0 - bend,
            end.1,
            end.0,
            end.1,
        );
    };
    for spot in bends {
        let middle = spot.top + spot.height / 2.0;
        curve(&mut way, at, (spot.left, middle));
        at = (spot.left + spot.width, middle);
        let _ = write!(way, "L{:.1} {:.1}", at.0, at.1);
    }
    curve(&mut way, at, (to.left - 1.0, to.top + to.height / 2.0));
    let (dash, opacity) = if is_faint {
        (" stroke-dasharray=\"2 4\"", 0.5)
    } else {
        ("", 0.8)
    };
    format!(
        "<path d=\"{way}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"{opacity}\"{dash} \
         marker-end=\"url(#{marker})\"/>\n"
    )
}

fn shortened(line: &str) -> String {
    if line.chars().count() <= CHARACTERS {
        return line.to_owned();
    }
    let start: String = line.chars().take(CHARACTERS - 1).collect();
    format!("{start}…")
}

/// A text within XML or HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // XML has no control characters.
            one if one.is_control() || matches!(one, '\u{fffe}' | '\u{ffff}') => safe.push(' '),
            one => safe.push(one),
        }
    }
    safe
}
