//! Names of things: typed ids, parsed at the edge, and the one place that draws new ones.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use uuid::Uuid;

/// Names a dataset: Domo's `datasource` id, a UUID in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetId(Uuid);

impl DatasetId {
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for DatasetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for DatasetId {
    type Err = uuid::Error;

    /// Takes the hyphenated form in either case, and no other.
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        let uuid = Uuid::try_parse(text)?;
        if text.len() == uuid::fmt::Hyphenated::LENGTH {
            Ok(Self(uuid))
        } else {
            Uuid::try_parse("").map(Self)
        }
    }
}

/// A number that names one kind of thing, and cannot be taken for the number of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<Of, Number = u32> {
    number: Number,
    of: PhantomData<Of>,
}

/// Names an upload of one dataset, and the data version that its commit makes. Counts from 1.
pub type UploadId = Id<OfUpload>;
/// Names a stream of one instance. Counts from 1.
pub type StreamId = Id<OfStream>;
/// Names a run of one stream. Counts from 1.
pub type ExecutionId = Id<OfExecution>;
/// Names a schema of one dataset. Counts from 1.
pub type SchemaId = Id<OfSchema>;
/// Names a policy of one dataset. Counts from 1, which is the policy that shows all rows.
pub type PolicyId = Id<OfPolicy, u64>;
pub type UserId = Id<OfUser, u64>;
pub type GroupId = Id<OfGroup, u64>;
/// Names a slice of a dataset that can be replaced: any text.
pub type PartitionTag = String;

/// The kinds of things that numbers name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfUpload {}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfStream {}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfExecution {}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfSchema {}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfPolicy {}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfUser {}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfGroup {}

impl<Of, Number> Id<Of, Number> {
    pub const fn new(number: Number) -> Self {
        Self { number, of: PhantomData }
    }
}

impl<Of: Copy, Number: Copy> Id<Of, Number> {
    pub const fn get(self) -> Number {
        self.number
    }
}

impl<Of> Id<Of> {
    /// The id after this one, of a kind that is counted.
    #[must_use]
    pub fn next(&self) -> Self {
        Self::new(self.number + 1)
    }
}

impl<Of> Id<Of, u64> {
    /// The id after this one, of a kind that is counted.
    #[must_use]
    pub fn next(&self) -> Self {
        Self::new(self.number + 1)
    }
}

impl<Of, Number: fmt::Display> fmt::Display for Id<Of, Number> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl<Of, Number: FromStr> FromStr for Id<Of, Number> {
    type Err = Number::Err;

    fn from_str(text: &str) -> Result<Self, Number::Err> {
        text.parse().map(Self::new)
    }
}

/// Draws ids: one stream of numbers for each kind, so that a new draw of one kind does not renumber another.
#[derive(Clone, Debug)]
pub struct Ids {
    datasets: Sequence,
    traces: Sequence,
    containers: Sequence,
    refusals: Sequence,
    people: Sequence,
    tokens: Sequence,
    last_stream: StreamId,
}

impl Ids {
    pub fn seeded(seed: u64) -> Self {
        let sequence =
            |kind: u64| Sequence { state: seed ^ kind.wrapping_mul(0xd1b5_4a32_d192_ed03) };
        Self {
            datasets: sequence(1),
            traces: sequence(2),
            containers: sequence(3),
            refusals: sequence(4),
            people: sequence(5),
            tokens: sequence(6),
            last_stream: StreamId::new(0),
        }
    }

    pub fn dataset(&mut self) -> DatasetId {
        DatasetId(self.datasets.uuid())
    }

    pub fn stream(&mut self) -> StreamId {
        self.last_stream = self.last_stream.next();
        self.last_stream
    }

    /// Keeps a stream id that a seed has chosen from being drawn again.
    pub fn reserve_stream(&mut self, id: StreamId) {
        self.last_stream = self.last_stream.max(id);
    }

    /// An id for a user or a group: nine digits, as Domo's own are.
    pub fn person(&mut self) -> u64 {
        self.people.next() % 900_000_000 + 100_000_000
    }

    /// Names the machine that ran a connector: `cm-<uuid>`.
    pub fn container(&mut self) -> String {
        format!("cm-{}", self.containers.uuid())
    }

    /// Domo's "thread of execution": upper-case base 36 in groups of 10, 5 and 5.
    pub fn trace(&mut self) -> String {
        self.traces.trace()
    }

    /// Names a session: longer than 70 characters. The R client takes a token of less than 70 for a developer token.
    /// <https://github.com/domoinc-r/DomoR/blob/master/R/init.R>
    pub fn session(&mut self) -> String {
        let part = |ids: &mut Self| ids.tokens.uuid().simple().to_string();
        format!("DCS-A-{}-{}-{}", part(self), part(self), part(self))
    }

    /// Names a token of the public API.
    pub fn token(&mut self) -> String {
        self.tokens.uuid().to_string()
    }

    /// The trace of a refusal. A refusal more or less does not renumber what was made.
    pub fn refusal(&mut self) -> String {
        self.refusals.trace()
    }
}

/// `SplitMix64`: 64 well-mixed bits a step from a state that only counts. Not for secrets.
#[derive(Clone, Debug)]
struct Sequence {
    state: u64,
}

impl Sequence {
    fn trace(&mut self) -> String {
        const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let mut text = String::with_capacity(22);
        for (index, group) in [10, 5, 5].into_iter().enumerate() {
            if index > 0 {
                text.push('-');
            }
            let mut bits = self.next();
            for _ in 0..group {
                text.push(char::from(DIGITS[(bits % 36) as usize]));
                bits /= 36;
            }
        }
        text
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn uuid(&mut self) -> Uuid {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_id_is_taken_in_either_case_and_written_in_lower() {
        let id: DatasetId = "94A4EDFA-5926-4F0C-AD1E-A341F53F6113".parse().unwrap();
        assert_eq!(id.to_string(), "94a4edfa-5926-4f0c-ad1e-a341f53f6113");
        assert!("94a4edfa59264f0cad1ea341f53f6113".parse::<DatasetId>().is_err());
        assert!("your_table".parse::<DatasetId>().is_err());
    }

    #[test]
    fn a_draw_of_one_kind_does_not_renumber_another() {
        let (mut some, mut other) = (Ids::seeded(7), Ids::seeded(7));
        some.trace();
        some.container();
        some.refusal();
        assert_eq!(some.dataset(), other.dataset());
        assert_ne!(some.dataset(), Ids::seeded(8).dataset());
        some.refusal();
        other.trace();
        assert_eq!(some.trace(), other.trace());
    }

    #[test]
    fn a_trace_has_domos_shape() {
        let trace = Ids::seeded(1).trace();
        let groups: Vec<usize> = trace.split('-').map(str::len).collect();
        assert_eq!(groups, [10, 5, 5]);
        assert!(
            trace.chars().all(|it| it == '-' || it.is_ascii_uppercase() || it.is_ascii_digit())
        );
    }
}
