//! An emulated Domo instance, without HTTP, JSON or tasks.

pub mod clock;
pub mod credentials;
pub mod dataset;
pub mod directory;
pub mod error;
pub mod ids;
pub mod index;
pub mod instance;
pub mod instances;
pub mod logins;
pub mod operations;
pub mod permission;
pub mod policy;
pub mod schema;
pub mod session;
pub mod settings;
pub mod store;
pub mod stream;
pub mod upload;
pub mod version;
pub mod world;

pub use clock::{Clock, Timestamp};
pub use dataset::{Card, Dataset, Formula, Profile};
pub use error::{AskedFor, Error, Result};
pub use ids::{DatasetId, ExecutionId, GroupId, PolicyId, SchemaId, StreamId, UploadId, UserId};
pub use instance::Instance;
pub use permission::{AccessLevel, Grant, Grantee, GranteeKind, Need};
pub use schema::{Schema, SchemaColumn};
pub use session::{AnonymousSession, AsOf, Moment, Session};

pub use crate::engine::rows::{CsvNull, csv_header};
/// What the floors above need of an answer and of a column, re-exported so that they need not name the engine.
pub use crate::engine::structured;
pub use crate::engine::{
    Asker, Column as OutputColumn, ColumnType, Engine, Export, Grade, MemoryBudget, Question,
    RowFormat, Rows, SqlError, Ticket,
};
