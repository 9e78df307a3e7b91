//! Who may do what with a dataset.

use std::fmt;
use std::str::FromStr;

use super::ids::{GroupId, UserId};

/// What a grant allows, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    CanView,
    CanShare,
    CanEdit,
    CoOwner,
    /// Exactly one user of a dataset; given at its creation, not by sharing.
    Owner,
}

impl AccessLevel {
    pub const ALL: [Self; 5] =
        [Self::Owner, Self::CoOwner, Self::CanEdit, Self::CanShare, Self::CanView];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::CoOwner => "CO_OWNER",
            Self::CanEdit => "CAN_EDIT",
            Self::CanShare => "CAN_SHARE",
            Self::CanView => "CAN_VIEW",
        }
    }

    /// The `permissions` of Domo's metadata: what the caller may do, joined by underscores.
    pub const fn permissions(self) -> &'static str {
        match self {
            Self::Owner | Self::CoOwner => "READ_WRITE_DELETE_SHARE_ADMIN",
            Self::CanEdit => "READ_WRITE_SHARE",
            Self::CanShare => "READ_SHARE",
            Self::CanView => "READ",
        }
    }
}

impl FromStr for AccessLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            format!(
                "'{text}' is not an access level: use CO_OWNER, CAN_EDIT, CAN_SHARE or CAN_VIEW"
            )
        })
    }
}

/// What an operation asks of its caller, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    View,
    Share,
    Edit,
    /// To be in charge: to delete, to hand over, to say who sees which rows.
    Own,
}

impl Need {
    /// The least access that meets it.
    pub const fn level(self) -> AccessLevel {
        match self {
            Self::View => AccessLevel::CanView,
            Self::Share => AccessLevel::CanShare,
            Self::Edit => AccessLevel::CanEdit,
            Self::Own => AccessLevel::CoOwner,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Share => "share",
            Self::Edit => "edit",
            Self::Own => "own",
        }
    }

    /// What whoever lacks it may not do.
    pub const fn action(self) -> &'static str {
        match self {
            Self::View => "see this dataset",
            Self::Share => "share this dataset",
            Self::Edit => "change this dataset",
            Self::Own => "administer this dataset",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GranteeKind {
    User,
    Group,
}

impl GranteeKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Group => "GROUP",
        }
    }

    /// As a refusal calls it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
        }
    }
}

impl FromStr for GranteeKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::User, Self::Group]
            .into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("'{text}' cannot be given access: use USER or GROUP"))
    }
}

/// A user or a group that access is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grantee {
    User(UserId),
    Group(GroupId),
}

impl Grantee {
    pub const fn new(kind: GranteeKind, id: u64) -> Self {
        match kind {
            GranteeKind::User => Self::User(UserId::new(id)),
            GranteeKind::Group => Self::Group(GroupId::new(id)),
        }
    }

    pub const fn kind(self) -> GranteeKind {
        match self {
            Self::User(_) => GranteeKind::User,
            Self::Group(_) => GranteeKind::Group,
        }
    }

    pub const fn id(self) -> u64 {
        match self {
            Self::User(id) => id.get(),
            Self::Group(id) => id.get(),
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().name(), self.id())
    }
}

/// A line of a dataset's access list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub grantee: Grantee,
    pub level: AccessLevel,
    pub name: String,
}

/// Says of a user or group that does not exist where they are made.
pub fn unknown_member(who: Grantee) -> String {
    format!(
        "{} {} does not exist: users and groups are those of the seed's users.toml, and those made since through the API",
        who.kind().noun(),
        who.id()
    )
}
