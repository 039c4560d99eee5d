//! Tokens of a file as it was, to be used again where the value is the same.

use std::collections::{HashMap, VecDeque};

use super::open::Opened;
use super::token::{Cipher, NoRandomness, is_token};
use super::value::Value;

/// Tokens by what they authenticate and what they hold. Each is given out once.
#[derive(Default)]
pub(crate) struct Pool(HashMap<(String, Value), VecDeque<String>>);

impl Pool {
    /// Adds all tokens of a file. They must be under the data key that the pool is used with.
    pub(crate) fn add(&mut self, opened: &Opened) {
        let items = opened.document.items.iter().zip(&opened.values);
        for ((item, value), selected) in items.zip(&opened.selected) {
            let token = item
                .value
                .as_text()
                .filter(|text| *selected && is_token(text));
            // A comment may have been found under the path of a collection further out.
            if let Some(token) = token
                && item.value.as_bytes() != value.as_bytes()
            {
                let key = (item.path.additional_data(), value.clone());
                self.0.entry(key).or_default().push_back(token.to_owned());
            }
        }
    }

    /// The token of a value at a place: an old one if there is one, else a new one. The second
    /// part tells whether it is new.
    pub(crate) fn token(
        &mut self,
        cipher: &Cipher,
        additional: String,
        value: &Value,
    ) -> Result<(String, bool), NoRandomness> {
        let key = (additional, value.clone());
        if let Some(token) = self.0.get_mut(&key).and_then(VecDeque::pop_front) {
            return Ok((token, false));
        }
        Ok((cipher.encrypt(value, &key.0)?, true))
    }
}
