//! The operations of a session: one method for each. Each reads one moment of the world, or changes it once.

mod access;
mod columns;
mod datasets;
mod directory;
mod indexing;
mod lists;
mod login;
mod policies;
mod queries;
mod streams;
mod transfers;
mod uploads;
mod versions;

pub use columns::ColumnChange;
pub use datasets::{NewDataset, ProfileChange, Redefinition, Remembered};
pub use directory::{GroupChange, MembersChange, NewUser, UserChange};
pub use lists::{DatasetFilter, DatasetKey, DatasetOrder, StreamFilter};
pub use login::{ClientGrant, LoggedIn, Shown};
pub use queries::Answer;
pub use streams::{NewStream, StreamChange, StreamOverview};
pub use transfers::Which;
pub use uploads::{NewUpload, PartError, StartedUpload};
