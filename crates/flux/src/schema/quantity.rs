//! Quantities, such as `500m` and `1.5Gi`, as `k8s.io/apimachinery` reads them.

use crate::value::Value;

/// Whether a text is a quantity; blanks around it are taken.
pub(super) fn is_quantity(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = { digits.find(|character: char| !(character.is_ascii_digit() || character == '.')) }
        .unwrap_or(digits.len());
    let (number, suffix) = digits.split_at(end);
    let points = number.matches('.').count();
    let any = number.bytes().any(|byte| byte.is_ascii_digit());
    any && points <= 1 && is_suffix(suffix)
}

/// How much a value is, of which null is nothing.
pub(super) fn of(value: &Value) -> Option<f64> {
    if value.is_null() {
        return Some(0.0);
    }
    amount(&value.to_json())
}

/// How much a quantity is, to compare it with others; none where it is none.
fn amount(json: &serde_json::Value) -> Option<f64> {
    let text = match json {
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    if !is_quantity(&text) {
        return None;
    }
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let end = text.find(|character: char| character.is_ascii_alphabetic())?;
    let (number, suffix) = text.split_at(end);
    let factor = match suffix {
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        "Pi" => 1_125_899_906_842_624.0,
        "Ei" => 1_152_921_504_606_846_976.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

fn is_suffix(suffix: &str) -> bool {
    match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti"
        | "Pi" | "Ei" => true,
        _ => {
            let Some(exponent) = suffix.strip_prefix(['e', 'E']) else {
                return false;
            };
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !digits.is_empty()
                && digits.len() < 6
                && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_quantity;

    #[test]
    fn quantities_are_read_as_the_server_reads_them() {
        for good in [
            "1", "0.5", "500m", "1Gi", " 1Gi", "+1", "-1", "1e3", "1E-2", ".5", "1.",
        ] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in [
            "", "1x", "Gi", "1GB", "1gi", "1 Gi", "1.2.3", "e3", "1e", "true", "1Mi ",
        ] {
            assert_eq!(is_quantity(bad), bad == "1Mi ", "{bad}");
        }
    }
}
