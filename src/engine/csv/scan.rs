//! Where records and fields begin and end. Knows no types.

use memchr::{memchr, memchr3};

/// A field's place inside a block of bytes, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    start: u32,
    len: u32,
    quoting: Quoting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quoting {
    Bare,
    Quoted,
    /// Quoted, with doubled quotes inside.
    Doubled,
}

impl Field {
    #[inline]
    pub(crate) fn is_null(self, bytes: &[u8]) -> bool {
        self.quoting == Quoting::Bare
            && (self.len == 0 || (self.len == 2 && self.raw(bytes) == b"\\N"))
    }

    /// The value; `scratch` holds it where quotes had to be halved.
    #[inline]
    pub(crate) fn value<'a>(self, bytes: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
        match self.quoting {
            Quoting::Doubled => self.halved(bytes, scratch),
            Quoting::Bare | Quoting::Quoted => self.raw(bytes),
        }
    }

    fn halved<'a>(self, bytes: &[u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
        scratch.clear();
        let mut rest = self.raw(bytes);
        while let Some(quote) = memchr(b'"', rest) {
            scratch.extend_from_slice(&rest[..=quote]);
            rest = rest.get(quote + 2..).unwrap_or_default();
        }
        scratch.extend_from_slice(rest);
        scratch
    }

    #[inline]
    fn raw(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..(self.start + self.len) as usize]
    }
}

/// What one look for a record's end came to.
pub(crate) enum Record {
    /// `next` is where the following record begins.
    Whole {
        next: usize,
        found: usize,
    },
    /// More bytes are needed.
    Unfinished,
    Malformed(&'static str),
}

const STRAY_QUOTE: &str = "a quote inside an unquoted value";
const AFTER_QUOTE: &str = "text after the closing quote of a value";
const OPEN_QUOTE: &str = "the quote of a value is never closed";

/// Appends the record's fields that begin at `start`, at most `width` of them; `found` counts all.
/// `at_end` says that no bytes follow these, which are less than 4 GiB.
pub(crate) fn record(
    bytes: &[u8],
    start: usize,
    (delimiter, width): (u8, usize),
    at_end: bool,
    fields: &mut Vec<Field>,
) -> Record {
    let (mut from, mut found) = (start, 0);
    loop {
        let step = if bytes.get(from) == Some(&b'"') {
            quoted(bytes, from + 1, delimiter, at_end)
        } else {
            bare(bytes, from, delimiter, at_end)
        };
        let (field, next, last) = match step {
            Step::Field { field, next, last } => (field, next, last),
            Step::Unfinished => return Record::Unfinished,
            Step::Malformed(problem) => return Record::Malformed(problem),
        };
        if found < width {
            fields.push(field);
        }
        found += 1;
        if last {
            return Record::Whole { next, found };
        }
        from = next;
    }
}

enum Step {
    /// `last` of its record; `next` is where the following field or record begins.
    Field {
        field: Field,
        next: usize,
        last: bool,
    },
    Unfinished,
    Malformed(&'static str),
}

#[inline]
fn bare(bytes: &[u8], start: usize, delimiter: u8, at_end: bool) -> Step {
    let rest = &bytes[start..];
    let Some(len) = special(rest, delimiter) else {
        if !at_end {
            return Step::Unfinished;
        }
        return ended(start, without_return(rest), Quoting::Bare, bytes.len());
    };
    match rest[len] {
        b'\n' => ended(start, without_return(&rest[..len]), Quoting::Bare, start + len + 1),
        b'"' => Step::Malformed(STRAY_QUOTE),
        _ => Step::Field {
            field: Field { start: start as u32, len: len as u32, quoting: Quoting::Bare },
            next: start + len + 1,
            last: false,
        },
    }
}

/// Where the first delimiter, line end or quote is.
///
/// Most fields are a few bytes long, which is over before a search by vectors has begun: eight bytes at a time first.
#[inline]
fn special(bytes: &[u8], delimiter: u8) -> Option<usize> {
    const WORDS_MAX: usize = 4;
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // The lowest high bit that is set is at the first zero byte.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut rest = bytes;
    for _ in 0..WORDS_MAX {
        let Some((word, behind)) = rest.split_first_chunk() else { break };
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ (ONES * u64::from(delimiter)))
            | zeros(word ^ (ONES * u64::from(b'\n')))
            | zeros(word ^ (ONES * u64::from(b'"')));
        let found = found & HIGHS;
        if found != 0 {
            let before = (found.trailing_zeros() / 8) as usize;
            return Some(bytes.len() - rest.len() + before);
        }
        rest = behind;
    }
    memchr3(delimiter, b'\n', b'"', rest).map(|it| bytes.len() - rest.len() + it)
}

fn quoted(bytes: &[u8], start: usize, delimiter: u8, at_end: bool) -> Step {
    let (mut from, mut quoting) = (start, Quoting::Quoted);
    loop {
        let Some(offset) = memchr(b'"', &bytes[from..]) else {
            return if at_end { Step::Malformed(OPEN_QUOTE) } else { Step::Unfinished };
        };
        let quote = from + offset;
        let next = match (bytes.get(quote + 1), bytes.get(quote + 2)) {
            (Some(b'"'), _) => {
                quoting = Quoting::Doubled;
                from = quote + 2;
                continue;
            }
            (Some(b'\n'), _) => quote + 2,
            (Some(b'\r'), Some(b'\n')) => quote + 3,
            (None, _) | (Some(b'\r'), None) if at_end => bytes.len(),
            (None, _) | (Some(b'\r'), None) => return Step::Unfinished,
            (Some(byte), _) if *byte == delimiter => {
                let field = Field { start: start as u32, len: (quote - start) as u32, quoting };
                return Step::Field { field, next: quote + 2, last: false };
            }
            _ => return Step::Malformed(AFTER_QUOTE),
        };
        return ended(start, quote - start, quoting, next);
    }
}

fn ended(start: usize, len: usize, quoting: Quoting, next: usize) -> Step {
    Step::Field { field: Field { start: start as u32, len: len as u32, quoting }, next, last: true }
}

/// The length of a record's last field, whose line may end in CRLF.
fn without_return(field: &[u8]) -> usize {
    field.strip_suffix(b"\r").unwrap_or(field).len()
}
