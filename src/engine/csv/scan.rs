//! Where records and fields begin and end. Knows no types.

use std::ops::Range;

use memchr::memchr;

use super::structural::StructuralIndex;

/// A field's place inside a block of bytes, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    start: u32,
    len: u32,
    quoting: Quoting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
enum Quoting {
    Bare,
    Quoted,
    /// Quoted, with doubled quotes inside.
    Doubled,
}

impl Field {
    pub(crate) const NULL: Self = Self { start: 0, len: 0, quoting: Quoting::Bare };

    /// A value that is no null, whatever it is.
    pub(crate) fn of(place: Range<usize>) -> Self {
        Self::new(place, Quoting::Quoted)
    }

    #[inline]
    fn new(place: Range<usize>, quoting: Quoting) -> Self {
        Self { start: place.start as u32, len: (place.end - place.start) as u32, quoting }
    }

    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    /// Bytes of the value, or a few more where quotes are doubled.
    #[inline]
    pub(super) fn len(self) -> usize {
        self.len as usize
    }

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

    /// The bytes from the value's first on, where they are its own: `N` of them, of which those behind its length
    /// belong to others. A short value is read or copied like this without a look at its length.
    #[inline]
    pub(super) fn beginning<const N: usize>(self, bytes: &[u8]) -> Option<&[u8; N]> {
        let is_short = self.len() <= N && self.quoting != Quoting::Doubled;
        bytes.get(self.start as usize..)?.first_chunk().filter(|_| is_short)
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

/// The records of a block of less than 4 GiB, one after the other.
pub(crate) struct Records<'a> {
    bytes: &'a [u8],
    marks: StructuralIndex<'a>,
    delimiter: u8,
    /// No bytes follow these.
    at_end: bool,
}

impl<'a> Records<'a> {
    pub(crate) fn new(bytes: &'a [u8], delimiter: u8, at_end: bool) -> Self {
        Self { bytes, marks: StructuralIndex::new(bytes, delimiter), delimiter, at_end }
    }

    /// Appends the fields of the record that begins at `start`, behind the one before, but at most `width` of them;
    /// `found` counts all.
    #[inline]
    pub(crate) fn read(&mut self, start: usize, width: usize, fields: &mut Vec<Field>) -> Record {
        let (mut from, mut found) = (start, 0);
        // A copy, which stays in registers.
        let mut marks = self.marks.clone();
        loop {
            let mark = marks.next();
            if let Some(mark) = mark.filter(|it| self.bytes[*it] == self.delimiter) {
                // Not by way of a step: that is written to memory, and waits there.
                if found < width {
                    fields.push(Field::new(from..mark, Quoting::Bare));
                }
                found += 1;
                from = mark + 1;
                continue;
            }
            let step = match mark {
                Some(mark) if self.bytes[mark] == b'\n' => {
                    if found < width {
                        fields.push(self.last(from..mark));
                    }
                    self.marks = marks;
                    return Record::Whole { next: mark + 1, found: found + 1 };
                }
                Some(mark) if mark == from => {
                    self.marks = marks;
                    let step = self.quoted(mark + 1);
                    marks = self.marks.clone();
                    step
                }
                Some(_) => Step::Malformed(STRAY_QUOTE),
                None if self.at_end => {
                    let end = self.bytes.len();
                    Step::Field { field: self.last(from..end), next: end, last: true }
                }
                None => Step::Unfinished,
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
                self.marks = marks;
                return Record::Whole { next, found };
            }
            from = next;
        }
    }

    /// The last field of its record, whose line may end in CRLF.
    #[inline]
    fn last(&self, place: Range<usize>) -> Field {
        let has_return = place.end > place.start && self.bytes[place.end - 1] == b'\r';
        Field::new(place.start..place.end - usize::from(has_return), Quoting::Bare)
    }

    /// The field behind an opening quote.
    #[inline(never)]
    fn quoted(&mut self, start: usize) -> Step {
        let bytes = self.bytes;
        let mut quoting = Quoting::Quoted;
        loop {
            let Some(quote) = self.marks.find(|it| bytes[*it] == b'"') else {
                return if self.at_end { Step::Malformed(OPEN_QUOTE) } else { Step::Unfinished };
            };
            let (next, last) = match (bytes.get(quote + 1), bytes.get(quote + 2)) {
                (Some(b'"'), _) => {
                    quoting = Quoting::Doubled;
                    self.marks.next();
                    continue;
                }
                (Some(b'\n'), _) => (quote + 2, true),
                (Some(b'\r'), Some(b'\n')) => (quote + 3, true),
                (None, _) | (Some(b'\r'), None) if self.at_end => (bytes.len(), true),
                (None, _) | (Some(b'\r'), None) => return Step::Unfinished,
                (Some(byte), _) if *byte == self.delimiter => (quote + 2, false),
                _ => return Step::Malformed(AFTER_QUOTE),
            };
            // What ends the field is the mark behind its quote.
            self.marks.next();
            return Step::Field { field: Field::new(start..quote, quoting), next, last };
        }
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
