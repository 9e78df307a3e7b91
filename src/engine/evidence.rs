//! How it is known that a part of a query means what it means here.

/// The best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Stated on a page of Domo.
    Documented,
    /// Sent by a client in use, or told by people who work with Domo.
    Observed,
    /// MySQL's manual has it, whose dialect Domo's tools name; nobody says that Domo has it too.
    Manual,
    /// Only this engine has it.
    Unknown,
}

impl Grade {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Manual => "MySQL's manual",
            Self::Unknown => "none",
        }
    }
}

/// A grade, and the page that it is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub grade: Grade,
    pub link: &'static str,
}

impl Source {
    pub(super) const fn documented(link: &'static str) -> Self {
        Self { grade: Grade::Documented, link }
    }

    pub(super) const fn observed(link: &'static str) -> Self {
        Self { grade: Grade::Observed, link }
    }

    pub(super) const fn manual(link: &'static str) -> Self {
        Self { grade: Grade::Manual, link }
    }
}

/// The least certain part of a query, and how it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakest {
    pub grade: Grade,
    /// The clause or function; empty where every part is documented.
    pub part: String,
}

impl Weakest {
    /// Of parts that are all documented, so far.
    pub(super) const NONE: Self = Self { grade: Grade::Documented, part: String::new() };

    /// Becomes another part if that is less certain.
    pub(super) fn take(&mut self, part: &str, source: Source) {
        if source.grade > self.grade {
            *self = Self { grade: source.grade, part: part.to_owned() };
        }
    }
}

/// Articles of Domo's Knowledge Base.
pub(super) mod articles {
    pub(in crate::engine) const FUNCTIONS: &str =
        "https://domo-support.domo.com/s/article/360043429933";
    pub(in crate::engine) const SPECIFIERS: &str =
        "https://domo-support.domo.com/s/article/360043429953";
    pub(in crate::engine) const ENGINE: &str =
        "https://domo-support.domo.com/s/article/4410213098903";
    pub(in crate::engine) const FIXED: &str =
        "https://domo-support.domo.com/s/article/4408174643607";
    pub(in crate::engine) const WINDOWS: &str =
        "https://domo-support.domo.com/s/article/Beast-Mode-Window-Functions";
    pub(in crate::engine) const WRITING: &str =
        "https://domo-support.domo.com/s/article/360043429913";
    pub(in crate::engine) const DATE_SAMPLES: &str =
        "https://domo-support.domo.com/s/article/360042925494";
    pub(in crate::engine) const WEEK_SAMPLES: &str =
        "https://domo-support.domo.com/s/article/360043430133";
    pub(in crate::engine) const GROUPING: &str =
        "https://domo-support.domo.com/s/article/000005559";
    pub(in crate::engine) const NULLS: &str =
        "https://domo-support.domo.com/s/article/360042924074";
    pub(in crate::engine) const NESTING: &str = "https://domo-support.domo.com/s/article/000005307";
    /// Domo's developer portal.
    pub(in crate::engine) const QUERIES: &str =
        "https://developer.domo.com/portal/8s3y9eldnjq8d-data-api";
}

/// Clients that send what they rely on, and people who work with Domo.
pub(super) mod clients {
    pub(in crate::engine) const PYDOMO: &str = "https://github.com/domoinc/domo-python-sdk";
    pub(in crate::engine) const COMMUNITY: &str = "https://community-forums.domo.com";
}

/// Pages of MySQL's manual.
pub(super) mod manual {
    pub(in crate::engine) const TEXTS: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/string-functions.html";
    pub(in crate::engine) const DATES: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/date-and-time-functions.html";
    pub(in crate::engine) const NUMBERS: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/mathematical-functions.html";
    pub(in crate::engine) const CHOICES: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/flow-control-functions.html";
    pub(in crate::engine) const AGGREGATES: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/aggregate-functions.html";
    pub(in crate::engine) const WINDOWS: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/window-functions.html";
    pub(in crate::engine) const OPERATORS: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/non-typed-operators.html";
    pub(in crate::engine) const CASTS: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/cast-functions.html";
    pub(in crate::engine) const SELECT: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/select.html";
    pub(in crate::engine) const SUBQUERIES: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/subqueries.html";
    pub(in crate::engine) const LITERALS: &str =
        "https://dev.mysql.com/doc/refman/8.0/en/literals.html";
}
