//! Texts as codes and bytes, and what is computed of them.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use md5::{Digest, Md5};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};

use super::arguments::Args;
use super::{Family, Function, MANY, Returns};
use Returns::{Long, Text};

pub(super) const TABLE: &[Function] = &[
    Function::new("char", Family::Text, (1, MANY), Text, char_of).also(&["chr"]),
    Function::new("hex", Family::Text, (1, 1), Text, hex),
    Function::new("unhex", Family::Text, (1, 1), Text, unhex),
    Function::new("md5", Family::Text, (1, 1), Text, md5),
    Function::new("sha1", Family::Text, (1, 1), Text, sha1).also(&["sha"]),
    Function::new("sha2", Family::Text, (2, 2), Text, sha2),
    Function::new("to_base64", Family::Text, (1, 1), Text, to_base64),
    Function::new("from_base64", Family::Text, (1, 1), Text, from_base64),
    Function::new("soundex", Family::Text, (1, 1), Text, soundex),
    Function::new("octet_length", Family::Text, (1, 1), Long, |args| bytes(args, 1)),
    Function::new("bit_length", Family::Text, (1, 1), Long, |args| bytes(args, 8)),
    Function::new("ascii", Family::Text, (1, 1), Long, ascii),
    Function::new("ord", Family::Text, (1, 1), Long, ord),
];

/// The bytes of these codes, four of them in one code at most, or else the characters; nulls are passed over.
fn char_of(args: &Args) -> Result<ArrayRef> {
    let codes = (0..args.len()).map(|it| args.long(it)).collect::<Result<Vec<_>>>()?;
    let mut bytes = Vec::new();
    args.make_text(|row, out| {
        let codes = || codes.iter().filter_map(|it| it.get(row)).map(|it| it as u32);
        bytes.clear();
        for code in codes() {
            let zeros = (code.leading_zeros() / 8).min(3) as usize;
            bytes.extend_from_slice(&code.to_be_bytes()[zeros..]);
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => out.push_str(text),
            Err(_) => out.extend(codes().filter_map(char::from_u32)),
        }
        Some(())
    })
}

/// A number in base 16, or the bytes of a text.
fn hex(args: &Args) -> Result<ArrayRef> {
    if args.kind(0).is_numeric() || *args.kind(0) == DataType::Boolean {
        let number = args.long(0)?;
        return args.make_text(|row, out| write!(out, "{:X}", number.get(row)?).ok());
    }
    let text = args.text(0)?;
    args.make_text(|row, out| {
        text.get(row)?.bytes().try_for_each(|it| write!(out, "{it:02X}").ok())
    })
}

/// NULL where the digits are none, or the bytes no text.
fn unhex(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        let text = text.get(row)?;
        let padded = if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() };
        let digits: Vec<u8> =
            padded.chars().map(|it| it.to_digit(16).map(|it| it as u8)).collect::<Option<_>>()?;
        let bytes: Vec<u8> = digits.chunks_exact(2).map(|it| it[0] << 4 | it[1]).collect();
        out.push_str(std::str::from_utf8(&bytes).ok()?);
        Some(())
    })
}

fn md5(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        write_digits(&Md5::digest(text.get(row)?.as_bytes()), out);
        Some(())
    })
}

fn sha1(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        let text = text.get(row)?.as_bytes();
        write_digits(digest(&SHA1_FOR_LEGACY_USE_ONLY, text).as_ref(), out);
        Some(())
    })
}

/// SHA2(text, bits) of 256 (or 0), 384 and 512 bits; NULL for others.
fn sha2(args: &Args) -> Result<ArrayRef> {
    let (text, bits) = (args.text(0)?, args.long(1)?);
    args.make_text(|row, out| {
        let algorithm = match bits.get(row)? {
            0 | 256 => &SHA256,
            384 => &SHA384,
            512 => &SHA512,
            _ => return None,
        };
        write_digits(digest(algorithm, text.get(row)?.as_bytes()).as_ref(), out);
        Some(())
    })
}

fn write_digits(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // Writing into a text does not fail.
        let _ = write!(out, "{byte:02x}");
    }
}

/// A line of 76 characters, as MySQL breaks them.
const LINE: usize = 76;

fn to_base64(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        let all = STANDARD.encode(text.get(row)?);
        for (index, line) in all.as_bytes().chunks(LINE).enumerate() {
            if index > 0 {
                out.push('\n');
            }
            out.push_str(std::str::from_utf8(line).ok()?);
        }
        Some(())
    })
}

/// NULL where it is none, or its bytes are no text.
fn from_base64(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        let mut digits = text.get(row)?.as_bytes().to_vec();
        digits.retain(|it| !it.is_ascii_whitespace());
        out.push_str(std::str::from_utf8(&STANDARD.decode(digits).ok()?).ok()?);
        Some(())
    })
}

/// The original algorithm, as long as the text needs: vowels go first, then what repeats the code before it.
fn soundex(args: &Args) -> Result<ArrayRef> {
    const CODES: &[u8; 26] = b"01230120022455012623010202";
    let text = args.text(0)?;
    args.make_text(|row, out| {
        let mut last = b'0';
        for char in text.get(row)?.chars().filter(char::is_ascii_alphabetic) {
            let upper = char.to_ascii_uppercase();
            let code = CODES[(upper as u8 - b'A') as usize];
            if out.is_empty() {
                out.push(upper);
            } else if code != b'0' && code != last {
                out.push(char::from(code));
            }
            if code != b'0' || out.len() == 1 {
                last = code;
            }
        }
        while !out.is_empty() && out.len() < 4 {
            out.push('0');
        }
        Some(())
    })
}

/// Bytes, times so many.
fn bytes(args: &Args, times: i64) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_long(|row| text.get(row).map(|it| it.len() as i64 * times))
}

fn ascii(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_long(|row| text.get(row).map(|it| it.bytes().next().map_or(0, i64::from)))
}

fn ord(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_long(|row| {
        let text = text.get(row)?;
        let first = text.chars().next().map_or(0, char::len_utf8);
        Some(text.as_bytes()[..first].iter().fold(0, |sum, it| sum << 8 | i64::from(*it)))
    })
}
