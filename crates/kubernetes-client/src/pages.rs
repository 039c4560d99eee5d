//! A list that comes in pages has an end, whatever a server says.

use crate::client::Client;
use crate::fault::{Fault, Kind};

/// So many pages are asked for: a server may give less than it was asked for, but not forever.
const MOST: usize = 2_000;

/// The pages that came so far.
#[derive(Default)]
pub(crate) struct Pages {
    count: usize,
    last: String,
}

impl Pages {
    /// The list is asked for from its beginning again.
    pub(crate) fn begin_anew(&mut self) {
        self.last.clear();
    }

    /// By what the next page is asked for; none where there is no other.
    ///
    /// # Errors
    ///
    /// [`Kind::TooLarge`]: too many, or one that would be the same again.
    pub(crate) fn next(
        &mut self,
        client: &Client,
        asked: &str,
        token: Option<String>,
    ) -> Result<Option<String>, Fault> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        self.count += 1;
        if self.count > MOST {
            let words = format!("more than {MOST} pages");
            return Err(client.fault(asked, Kind::TooLarge, &words));
        }
        if token == self.last {
            let words = "a page that is followed by itself";
            return Err(client.fault(asked, Kind::TooLarge, words));
        }
        self.last.clone_from(&token);
        Ok(Some(token))
    }
}
