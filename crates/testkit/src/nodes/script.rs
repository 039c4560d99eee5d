//! What any bytes make a node do: for tests and fuzzing, which find bytes that nobody thinks of.

use std::time::Duration;

use super::{Step, frame};

/// Longer than anybody waits who reads such nodes.
const LONG: Duration = Duration::from_millis(400);

/// The most steps of a script, and the most bytes that it sends.
const MOST: [usize; 2] = [64, 1 << 20];

/// Words of a status, as they stand in a trailer.
const WORDS: [&str; 5] = ["", "no", "%E2%80%AE%1b[31m", "%", "%FF%FE"];

/// Headers that answers of gRPC have, or must not.
const HEADERS: [(&str, &str); 14] = [
    ("content-type", "application/grpc"),
    ("content-type", "application/grpc+proto"),
    ("content-type", "application/grpc"),
    ("content-type", "text/html"),
    ("content-length", "1"),
    ("grpc-encoding", "gzip"),
    ("grpc-encoding", "identity"),
    ("grpc-status", "0"),
    ("grpc-status", "14"),
    ("grpc-status", "-1"),
    ("grpc-status", "99999999999999999999"),
    ("grpc-message", "%"),
    ("grpc-status-details-bin", "!"),
    ("location", "https://127.0.0.1/"),
];

/// Statuses of HTTP.
const STATUSES: [u16; 8] = [200, 200, 200, 204, 302, 404, 429, 503];

/// Bytes that are read one after the other.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn below(&mut self, end: u8) -> u8 {
        self.byte().unwrap_or_default() % end
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.byte().unwrap_or_default()) % all.len()]
    }

    /// So many bytes as the next says, as far as there are.
    fn some(&mut self) -> &'b [u8] {
        let length = usize::from(self.byte().unwrap_or_default());
        let (some, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        some
    }

    fn headers(&mut self) -> Vec<(&'static str, &'static str)> {
        let count = self.below(5);
        (0..count).map(|_| self.one_of(&HEADERS)).collect()
    }

    /// A message of protobuf: bytes within fields within fields.
    fn message(&mut self) -> Vec<u8> {
        let mut message = self.some().to_vec();
        for _ in 0..self.below(5) {
            let field = self.below(8);
            let mut outer = vec![field << 3 | 2];
            let mut length = message.len();
            while length > 0x7f {
                outer.push(u8::try_from(length & 0x7f).unwrap_or_default() | 0x80);
                length >>= 7;
            }
            outer.push(u8::try_from(length).unwrap_or_default());
            outer.append(&mut message);
            message = outer;
        }
        message
    }
}

/// The steps that a call is answered with.
pub fn script(bytes: &[u8]) -> Vec<Step> {
    let mut reader = Reader(bytes);
    let mut steps: Vec<Step> = Vec::new();
    let [most, most_bytes] = MOST;
    let mut sent = 0;
    while let Some(kind) = reader.byte() {
        let step = match kind % 16 {
            0 | 1 => Step::Message(reader.message()),
            2 => Step::Bytes(reader.some().to_vec()),
            3 => {
                // A frame that announces what does not come: 64 MiB, say.
                let mut bytes = vec![reader.below(3)];
                let length = 1_u32 << reader.below(32);
                bytes.extend(length.to_be_bytes());
                bytes.extend(reader.some());
                Step::Bytes(bytes)
            }
            4 => {
                let mut bytes = frame(&reader.message());
                bytes[0] = 1;
                Step::Bytes(bytes)
            }
            5 => Step::Wait(Duration::from_millis(reader.below(8).into())),
            6 | 7 => Step::Status(reader.below(20).into(), reader.one_of(&WORDS)),
            8 => Step::Page,
            9 => Step::Reset,
            10 => Step::HangUp,
            11 => Step::Head(reader.one_of(&STATUSES), reader.headers()),
            12 => Step::Trailers(reader.headers()),
            13 => Step::End,
            14 => {
                let again = steps.last().cloned();
                let count = usize::from(reader.below(64));
                let size = match &again {
                    Some(Step::Message(bytes) | Step::Bytes(bytes)) => bytes.len(),
                    _ => continue,
                };
                sent += size * count;
                if sent > most_bytes {
                    break;
                }
                steps.extend(again.into_iter().cycle().take(count));
                continue;
            }
            _ => Step::Wait(LONG),
        };
        steps.push(step);
        if steps.len() >= most {
            break;
        }
    }
    steps
}

/// What [`super::Node::babble`] says: frames of HTTP/2, or what is none.
pub fn babble(bytes: &[u8]) -> Vec<Step> {
    let mut reader = Reader(bytes);
    let mut steps = Vec::new();
    while let Some(kind) = reader.byte() {
        steps.push(match kind % 8 {
            0 => Step::Bytes(reader.some().to_vec()),
            1 => Step::Wait(Duration::from_millis(reader.below(8).into())),
            // Settings, as every connection begins with.
            2 => Step::Bytes(vec![0, 0, 0, 4, 0, 0, 0, 0, 0]),
            _ => {
                let [kind, flags, stream] = [reader.below(12), reader.below(64), reader.below(4)];
                let payload = reader.some();
                let length = u8::try_from(payload.len()).unwrap_or(u8::MAX);
                let mut bytes = vec![0, 0, length, kind, flags, 0, 0, 0, stream];
                bytes.extend(payload);
                Step::Bytes(bytes)
            }
        });
        if steps.len() >= MOST[0] {
            break;
        }
    }
    steps
}
