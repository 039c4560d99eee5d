//! Values as JSON.

use serde_json::json;

use super::{Data, Number, Value};

impl Value {
    /// The value as JSON, keys in their order. Numbers that JSON cannot hold become null.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.data {
            Data::Null => serde_json::Value::Null,
            Data::Bool(is) => json!(is),
            Data::Number(number) => number.to_json(),
            Data::Text(text) => json!(text),
            Data::List(items) => items.iter().map(Self::to_json).collect(),
            Data::Map(map) => {
                let entries = map.iter();
                let entries = entries.map(|(key, field)| (key.clone(), field.value.to_json()));
                serde_json::Value::Object(entries.collect())
            }
        }
    }
}

impl Number {
    /// The number as JSON: whole within 64 bits, else as a float.
    pub fn to_json(self) -> serde_json::Value {
        match self {
            Self::Integer(number) => {
                if let Ok(number) = i64::try_from(number) {
                    json!(number)
                } else if let Ok(number) = u64::try_from(number) {
                    json!(number)
                } else {
                    #[expect(clippy::cast_precision_loss, reason = "as Go does it")]
                    let number = number as f64;
                    json!(number)
                }
            }
            Self::Float(number) => json!(number),
        }
    }

    /// The number once it has gone through Go's `float64`, as every number of JSON does that
    /// is read without its type: precision is lost, and what is whole is an integer.
    #[must_use]
    pub fn through_json(self) -> Self {
        /// Go prints larger ones with an exponent.
        const LARGEST: f64 = 1e21;
        let number = match self {
            #[expect(clippy::cast_precision_loss, reason = "as Go does it")]
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        };
        if number.fract() == 0.0 && number.abs() < LARGEST {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is whole and small enough"
            )]
            return Self::Integer(number as i128);
        }
        Self::Float(number)
    }
}
