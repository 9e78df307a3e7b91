//! A stream as Domo prints it, and as clients define it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::execution::{Execution, seconds};
use crate::domain::operations::{NewDataset, NewStream, StreamChange, StreamOverview};
use crate::domain::stream::{self, ExecutionState, StreamIntent};
use crate::domain::{Profile, StreamId, UserId};
use crate::wire::datasets::Metadata;
use crate::wire::error::Refusal;
use crate::wire::schemas::DetailedColumns;
use crate::wire::shapes::{
    EpochMillis, EpochSeconds, LooseId, Opaque, SchemaDefinition, update_method,
};

/// A stream with its dataset, its schema and its last runs. Times of the stream are in seconds.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stream {
    id: StreamId,
    valid: bool,
    invalid_execution_id: Option<u32>,
    transport: Transport,
    update_method: &'static str,
    data_provider: DataProvider,
    account: Option<Account>,
    data_source: Metadata,
    schema_definition: DetailedColumns,
    schedule_expression: Option<String>,
    schedule_start_date: Option<EpochMillis>,
    advanced_schedule_json: Option<String>,
    schedule_retry_expression: Option<String>,
    schedule_retry_count: u32,
    last_execution: Option<Execution>,
    last_successful_execution: Option<Execution>,
    current_execution: Option<Execution>,
    current_execution_state: Option<&'static str>,
    created_at: EpochSeconds,
    created_by: UserId,
    modified_at: EpochSeconds,
    modified_by: UserId,
    schedule_state: String,
    schedule_assertion: bool,
    inactive_schedule_code: Option<String>,
    configuration: Vec<Setting>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Transport {
    #[serde(rename = "type")]
    kind: String,
    description: Option<String>,
    version: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DataProvider {
    id: Option<u64>,
    key: String,
    name: String,
    url: Option<String>,
    default_connector_id: Option<u64>,
    default_connector_label: Option<String>,
    authentication_scheme: Option<String>,
    connector_validator_present: bool,
    resource_bundle_present: bool,
    module_handler: Option<String>,
    icon_picker: bool,
    scope: &'static str,
    producer: &'static str,
    version: &'static str,
    /// Ours is as old as its stream.
    date_created: EpochMillis,
    date_updated: EpochMillis,
    visibility: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    authentication_scheme_configuration: [Opaque; 0],
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Account {
    id: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Setting {
    stream_id: StreamId,
    category: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

impl Stream {
    pub fn of(overview: &StreamOverview) -> Self {
        let (it, now) = (&*overview.stream, overview.moment.now);
        let execution = |run: &std::sync::Arc<stream::Execution>| Execution::of(it.id, run, now);
        let last = it.last();
        Self {
            id: it.id,
            valid: true,
            invalid_execution_id: None,
            transport: Transport {
                kind: it.transport.kind.clone(),
                description: it.transport.description.clone(),
                version: it.transport.version.clone(),
            },
            update_method: it.update_method.name(),
            data_provider: DataProvider::of(&it.provider, it.created_at.millis()),
            account: it.account.map(|id| Account { id }),
            data_source: Metadata::of(&overview.dataset, &overview.moment),
            schema_definition: DetailedColumns::of(&overview.dataset.schema),
            schedule_expression: it.schedule_expression.clone(),
            schedule_start_date: None,
            advanced_schedule_json: it.advanced_schedule.clone(),
            schedule_retry_expression: None,
            schedule_retry_count: 0,
            last_execution: last.map(execution),
            last_successful_execution: it.last_in(ExecutionState::Success, now).map(execution),
            current_execution: last
                .filter(|run| run.state(now) == ExecutionState::Active)
                .map(execution),
            current_execution_state: last.map(|run| run.state(now).name()),
            created_at: seconds(it.created_at),
            created_by: it.created_by,
            modified_at: seconds(it.modified_at),
            modified_by: it.modified_by,
            schedule_state: it.schedule_state.clone(),
            schedule_assertion: false,
            inactive_schedule_code: None,
            configuration: it.configuration.iter().map(|line| Setting::of(it.id, line)).collect(),
        }
    }
}

impl DataProvider {
    fn of(it: &stream::Provider, created: EpochMillis) -> Self {
        Self {
            id: it.id,
            key: it.key.clone(),
            name: it.name.clone().unwrap_or_else(|| it.key.clone()),
            url: None,
            default_connector_id: None,
            default_connector_label: None,
            authentication_scheme: None,
            connector_validator_present: false,
            resource_bundle_present: false,
            module_handler: None,
            icon_picker: false,
            scope: "0",
            producer: "DOMO",
            version: "0",
            date_created: created,
            date_updated: created,
            visibility: "WITH_CONNECTOR",
            kind: "STANDARD",
            authentication_scheme_configuration: [],
        }
    }
}

impl Setting {
    fn of(stream_id: StreamId, it: &stream::Setting) -> Self {
        Self {
            stream_id,
            category: it.category.clone(),
            name: it.name.clone(),
            kind: it.kind.clone(),
            value: it.value.clone(),
        }
    }
}

/// A stream as clients define or change it. Only a new one's dataset needs a name; members that Domo alone sets are
/// passed over, because a client sends back the whole of what it got.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    transport: Option<TransportDefinition>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    configuration: Option<Vec<SettingDefinition>>,
    account: Option<AccountDefinition>,
    update_method: Option<String>,
    /// The columns whose values tell which rows an UPSERT replaces.
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    key_column_names: Option<Vec<String>>,
    /// A client's name of the same, for one column.
    key_column_name: Option<String>,
    data_provider: Option<ProviderDefinition>,
    data_source: Option<DataSourceDefinition>,
    /// The public API's name of the same.
    data_set: Option<DataSourceDefinition>,
    schema_definition: Option<SchemaDefinition>,
    schedule_expression: Option<String>,
    /// JSON in a string.
    advanced_schedule_json: Option<String>,
    schedule_state: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct TransportDefinition {
    #[serde(rename = "type")]
    kind: String,
    description: Option<String>,
    version: Option<Opaque>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct SettingDefinition {
    name: String,
    value: Option<Opaque>,
    #[serde(rename = "type")]
    kind: Option<String>,
    category: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct AccountDefinition {
    id: Option<LooseId>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ProviderDefinition {
    id: Option<u64>,
    key: String,
    name: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct DataSourceDefinition {
    name: Option<String>,
    description: Option<String>,
    schema: Option<SchemaDefinition>,
}

impl Definition {
    pub fn into_new(self) -> Result<NewStream, Refusal> {
        let change = self.into_change()?;
        let name =
            change.name.ok_or_else(|| Refusal::bad_request("dataSource.name: is missing"))?;
        let profile = Profile { name, description: change.description, ..Profile::default() };
        let dataset = NewDataset { profile, columns: change.columns.unwrap_or_default() };
        Ok(NewStream { dataset, stream: change.stream, key_columns: change.key_columns })
    }

    pub fn into_change(self) -> Result<StreamChange, Refusal> {
        let update_method =
            self.update_method.map(|it| update_method("updateMethod", &it)).transpose()?;
        let account = self.account.and_then(|it| it.id).map(|it| it.value("account")).transpose();
        let account = account.map_err(|_| Refusal::bad_request("account.id: is no number"))?;
        let source = self.data_source.or(self.data_set);
        let (name, description, schema) =
            source.map_or((None, None, None), |it| (it.name, it.description, it.schema));
        let columns =
            self.schema_definition.or(schema).map(SchemaDefinition::into_columns).transpose()?;
        let stream = StreamIntent {
            transport: self.transport.map(TransportDefinition::into_domain),
            configuration: self
                .configuration
                .map(|lines| lines.into_iter().map(SettingDefinition::into_domain).collect()),
            account,
            update_method,
            provider: self.data_provider.map(|it| stream::Provider {
                id: it.id,
                key: it.key,
                name: it.name,
            }),
            schedule_expression: self.schedule_expression,
            advanced_schedule: self.advanced_schedule_json,
            schedule_state: self.schedule_state,
        };
        let key_columns = self.key_column_names.or(self.key_column_name.map(|it| vec![it]));
        Ok(StreamChange { stream, name, description, columns, key_columns })
    }
}

impl TransportDefinition {
    fn into_domain(self) -> stream::Transport {
        stream::Transport {
            kind: self.kind,
            description: self.description,
            version: self.version.and_then(|it| text(it.0)),
        }
    }
}

impl SettingDefinition {
    fn into_domain(self) -> stream::Setting {
        stream::Setting {
            name: self.name,
            value: self.value.and_then(|it| text(it.0)).unwrap_or_default(),
            kind: self.kind.unwrap_or_else(|| "string".to_owned()),
            category: self.category.unwrap_or_else(|| "METADATA".to_owned()),
        }
    }
}

/// Values are strings at Domo; clients also send numbers and booleans.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(it) => Some(it),
        other => Some(other.to_string()),
    }
}
