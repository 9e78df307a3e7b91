//! A piece of an answer, paid for as long as anybody has it.

use bytes::Bytes;

use crate::engine::memory::Lease;

/// A chunk is sent once it has this many bytes.
pub(in crate::engine) const CHUNK_BYTES: usize = 64 << 10;

/// Some encoded rows. The JSON formats put commas between rows, also between those of two chunks; a long row may go on in
/// the next chunk, and counts where it ends.
#[derive(Clone, Debug)]
pub struct Chunk {
    pub bytes: Bytes,
    pub rows: u64,
}

impl Chunk {
    /// The lease is given back with the last reader of the bytes.
    pub(in crate::engine) fn paid(bytes: Vec<u8>, rows: u64, lease: Lease) -> Self {
        Self { bytes: Bytes::from_owner(Paid { bytes, _lease: lease }), rows }
    }
}

struct Paid {
    bytes: Vec<u8>,
    _lease: Lease,
}

impl AsRef<[u8]> for Paid {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
