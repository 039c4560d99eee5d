//! Quantities, such as `500m` and `1.5Gi`, as `k8s.io/apimachinery` reads them.

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
