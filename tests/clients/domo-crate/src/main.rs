//! The `domo` crate: datasets, policies and streams of the public API. Prints a JSON object for each case.
//!
//! Without arguments it runs all cases. With an operation, a case and a URL it only checks that the URL reaches the server.

mod rows;

use std::error::Error;
use std::future::Future;

use domo::public::dataset::{Column, DataSet, Filter, Policy, Schema};
use domo::public::stream::Stream;
use domo::public::{Client, PubAPIError};
use serde_json::{Value, json};

use rows::Rows;

type Tried<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SALES: &str = "5a1e5000-0000-4000-8000-000000000001";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// The client, the rows, and a CSV file that contains them.
struct Walk {
    domo: Client,
    rows: Rows,
    file: String,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let url = || std::env::var("DOMOCK_URL").expect("DOMOCK_URL is where the server is");
    let rows = Rows::read();
    let file = std::env::temp_dir().join(format!("domock-crate-{}.csv", std::process::id()));
    std::fs::write(&file, rows.csv()).expect("a temporary file can be written");
    let file = file.into_os_string().into_string().expect("the path is UTF-8");
    let url = arguments.get(2).cloned().unwrap_or_else(url);
    let walk = Walk { domo: Client::new(&url, "id", "secret"), rows, file };
    match arguments.as_slice() {
        [operation, case, _] => tell(operation, case, walk.core()),
        _ => walk.all(),
    }
    std::fs::remove_file(&walk.file).ok();
}

fn tell(operation: &str, case: &str, check: impl Future<Output = Tried<()>>) {
    let mut told = json!({ "operation": operation, "case": case });
    if let Err(error) = async_std::task::block_on(check) {
        told["error"] = error.to_string().chars().take(400).collect::<String>().into();
    }
    println!("{told}");
}

fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Tried<()> {
    if found == expected { Ok(()) } else { Err(format!("{found:?} and not {expected:?}").into()) }
}

/// Checks that rows are equal and in the same order.
fn same_rows(found: Option<Vec<Vec<Value>>>, expected: &[Vec<Value>]) -> Tried<()> {
    let found = found.unwrap_or_default();
    for (found, expected) in found.iter().zip(expected) {
        same(found, expected)?;
    }
    same(found.len(), expected.len())
}

fn refused<T>(outcome: Tried<T>, status: u16) -> Tried<()> {
    let refusal = outcome.err().ok_or("no refusal")?;
    let told = refusal
        .downcast_ref::<PubAPIError>()
        .ok_or_else(|| format!("not its own error: {refusal}"))?;
    same(told.status, status)
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

impl Walk {
    fn all(&self) {
        tell("create", "a dataset is made with all types, and shows as made", self.create());
        tell("query", "every row comes back from a query", self.query());
        tell("query", "doubles of 17 digits come back from a query", self.doubles());
        tell("export", "rows are exported under a header", self.export());
        tell("upload: file", "a file replaces", self.upload());
        tell("upload: parts", "a stream takes files in parts", self.parts());
        tell("upload: upsert", "rows take the place of those with their key", self.upsert());
        tell("lists: paging", "datasets and streams are listed page by page", self.lists());
        tell("change", "name and description are changed", self.change());
        tell("schema", "the schema is changed", self.schema());
        tell("policies", "policies are kept", self.policies());
        tell("policies", "a policy is deleted", self.delete_policy());
        tell("streams", "streams and their runs are made, found and changed", self.streams());
        tell("streams", "a run is aborted", self.abort());
        tell("streams", "a stream is deleted", self.delete_stream());
        tell("delete", "a dataset is deleted", self.delete());
        tell("delete", "what is deleted is gone", self.gone());
        tell("refusals: 400, 404, 501", "refusals are its own errors", self.refusals());
        tell(
            "refusals: 401, 403",
            "who is not let in, or may not, gets its own errors",
            strangers(),
        );
        tell("way: http", "by http to a host and a port", self.core());
    }

    fn definition(&self, name: &str) -> DataSet {
        let column =
            |(name, kind): &(String, String)| Column { name: text(name), column_type: text(kind) };
        let columns = Some(self.rows.columns.iter().map(column).collect());
        DataSet { name: text(name), schema: Some(Schema { columns }), ..DataSet::new() }
    }

    async fn created(&self) -> Tried<String> {
        let made = self.domo.post_dataset(self.definition("crate")).await?;
        made.id.ok_or_else(|| "a dataset without an id".into())
    }

    /// Creates a stream; returns its id and that of its dataset.
    async fn streamed(&self) -> Tried<(String, String)> {
        let dataset = Some(self.definition("stream"));
        let stream = Stream { update_method: text("APPEND"), dataset, ..Stream::new() };
        let made = self.domo.post_stream(stream).await?;
        let dataset = made.dataset.and_then(|it| it.id).ok_or("a stream without a dataset")?;
        Ok((made.id.ok_or("a stream without an id")?.to_string(), dataset))
    }

    async fn started(&self, stream: &str) -> Tried<String> {
        let run = self.domo.post_stream_execution(stream).await?;
        Ok(run.id.ok_or("a run without an id")?.to_string())
    }

    /// Creates a dataset with all rows by a stream.
    async fn filled(&self) -> Tried<String> {
        let (stream, dataset) = self.streamed().await?;
        let run = self.started(&stream).await?;
        self.domo.put_stream_execution_part(&stream, &run, "1", &self.file).await?;
        let done = self.domo.put_stream_execution_commit(&stream, &run).await?;
        same(done.current_state.as_deref(), Some("SUCCESS"))?;
        Ok(dataset)
    }

    async fn core(&self) -> Tried<()> {
        let dataset = self.filled().await?;
        let answer = self.domo.post_dataset_query(&dataset, "SELECT * FROM table").await?;
        same_rows(answer.rows, &self.rows.as_read())?;
        // Another case checks whether the crate can read the response.
        let _ = self.domo.delete_dataset(&dataset).await;
        refused(self.domo.post_dataset_query(&dataset, "SELECT * FROM table").await, 404)
    }
}

impl Walk {
    async fn create(&self) -> Tried<()> {
        let shown = self.domo.get_dataset(&self.created().await?).await?;
        same((shown.name.as_deref(), shown.rows), (Some("crate"), Some(0)))?;
        same(names(shown), self.rows.columns.iter().map(|it| it.0.clone()).collect())
    }

    async fn query(&self) -> Tried<()> {
        let dataset = self.filled().await?;
        let answer = self.domo.post_dataset_query(&dataset, "SELECT * FROM table").await?;
        same_rows(answer.rows, &self.rows.as_read())?;
        same(answer.num_rows, Some(self.rows.count() as u64))
    }

    async fn doubles(&self) -> Tried<()> {
        let dataset = self.filled().await?;
        let answer = self.domo.post_dataset_query(&dataset, "SELECT * FROM table").await?;
        same_rows(answer.rows, &self.rows.exactly())
    }

    async fn export(&self) -> Tried<()> {
        let exported = self.domo.get_dataset_data(&self.filled().await?).await?;
        same(exported.lines().next(), Some("text,whole,fraction,day,moment"))?;
        same(exported.contains("\n,,,,\n\"\",0,"), true)?;
        same(exported.contains("\"say \"\"hi\"\", she said\",-7,"), true)
    }

    async fn upload(&self) -> Tried<()> {
        self.domo.put_dataset_data(&self.created().await?, &self.file).await
    }

    async fn parts(&self) -> Tried<()> {
        let (stream, dataset) = self.streamed().await?;
        let run = self.started(&stream).await?;
        for part in ["2", "1"] {
            self.domo.put_stream_execution_part(&stream, &run, part, &self.file).await?;
        }
        self.domo.put_stream_execution_commit(&stream, &run).await?;
        let answer = self.domo.post_dataset_query(&dataset, "SELECT * FROM table").await?;
        same_rows(answer.rows, &[self.rows.as_read(), self.rows.as_read()].concat())
    }

    async fn upsert(&self) -> Tried<()> {
        let dataset = Some(self.definition("stream"));
        let (update_method, key_column_name) = (text("UPSERT"), text("text"));
        let stream = Stream { update_method, key_column_name, dataset, ..Stream::new() };
        let made = self.domo.post_stream(stream).await?;
        let id = made.id.ok_or("a stream without an id")?.to_string();
        for _ in 0..2 {
            let run = self.started(&id).await?;
            self.domo.put_stream_execution_part(&id, &run, "1", &self.file).await?;
            self.domo.put_stream_execution_commit(&id, &run).await?;
        }
        let dataset = made.dataset.and_then(|it| it.id).ok_or("a stream without a dataset")?;
        same(self.domo.get_dataset(&dataset).await?.rows, Some(self.rows.count() as u64))
    }

    async fn lists(&self) -> Tried<()> {
        for _ in 0..3 {
            self.created().await?;
            self.streamed().await?;
        }
        let all = self.domo.get_datasets(None, None).await?.len();
        let mut found = 0;
        while let Some(count @ 1..) =
            self.domo.get_datasets(Some(2), Some(found)).await.ok().map(|it| it.len())
        {
            found += u32::try_from(count)?;
        }
        same(found as usize, all)?;
        same(self.domo.get_streams(Some(2), Some(1)).await?.len(), 2)
    }

    async fn change(&self) -> Tried<()> {
        let id = self.created().await?;
        let change =
            DataSet { name: text("renamed"), description: text("other"), ..DataSet::new() };
        same(self.domo.put_dataset(&id, change).await?.description, text("other"))?;
        same(self.domo.get_dataset(&id).await?.name, text("renamed"))
    }

    async fn schema(&self) -> Tried<()> {
        let id = self.created().await?;
        let only = Column { name: text("only"), column_type: text("STRING") };
        let schema = Some(Schema { columns: Some(vec![only]) });
        self.domo
            .put_dataset(&id, DataSet { name: text("crate"), schema, ..DataSet::new() })
            .await?;
        same(names(self.domo.get_dataset(&id).await?), vec!["only".to_owned()])
    }

    fn policy() -> Policy {
        let filter = Filter {
            column: text("text"),
            not: Some(false),
            operator: text("EQUALS"),
            values: vec!["plain".to_owned()],
        };
        let groups = Some(vec!["101".to_owned()]);
        Policy { name: text("p"), filters: Some(vec![filter]), groups, ..Policy::new() }
    }

    async fn policies(&self) -> Tried<()> {
        let id = self.created().await?;
        let made = self
            .domo
            .post_dataset_policy(&id, Self::policy())
            .await?
            .id
            .ok_or("a policy without an id")?;
        same(self.domo.get_dataset_policy(&id, made).await?.groups, Self::policy().groups)?;
        let renamed = Policy { name: text("q"), ..Self::policy() };
        same(self.domo.put_dataset_policy(&id, made, renamed).await?.name, text("q"))?;
        same(self.domo.get_dataset_policies(&id).await?.len(), 2)
    }

    async fn delete_policy(&self) -> Tried<()> {
        let id = self.created().await?;
        let made = self
            .domo
            .post_dataset_policy(&id, Self::policy())
            .await?
            .id
            .ok_or("a policy without an id")?;
        self.domo.delete_dataset_policy(&id, made).await
    }

    async fn streams(&self) -> Tried<()> {
        let (stream, dataset) = self.streamed().await?;
        let found = self.domo.get_stream_search_dataset_id(&dataset).await?;
        same(found.first().and_then(|it| it.id).map(|it| it.to_string()), Some(stream.clone()))?;
        same(self.domo.get_stream_search_dataset_owner_id("27").await?.is_empty(), false)?;
        let change = Stream { update_method: text("REPLACE"), ..Stream::new() };
        same(self.domo.patch_stream(&stream, change).await?.update_method, text("REPLACE"))?;
        same(self.domo.get_stream(&stream).await?.update_method, text("REPLACE"))?;
        let run = self.started(&stream).await?;
        same(self.domo.get_stream_execution(&stream, &run).await?.current_state, text("ACTIVE"))?;
        same(self.domo.get_stream_executions(&stream, Some(50), Some(0)).await?.len(), 1)
    }

    async fn abort(&self) -> Tried<()> {
        let (stream, _) = self.streamed().await?;
        let run = self.started(&stream).await?;
        self.domo.put_stream_execution_abort(&stream, &run).await
    }

    async fn delete_stream(&self) -> Tried<()> {
        let (stream, _) = self.streamed().await?;
        self.domo.delete_stream(&stream).await
    }

    async fn delete(&self) -> Tried<()> {
        self.domo.delete_dataset(&self.created().await?).await
    }

    async fn gone(&self) -> Tried<()> {
        let id = self.created().await?;
        let _ = self.domo.delete_dataset(&id).await;
        refused(self.domo.delete_dataset(&id).await, 404)
    }

    async fn refusals(&self) -> Tried<()> {
        let id = self.created().await?;
        refused(self.domo.get_dataset(NOBODY).await, 404)?;
        refused(self.domo.post_dataset_query(&id, "SELEC 1").await, 400)?;
        refused(self.domo.get_stream("99").await, 404)?;
        refused(self.domo.get_pages(Some(10), Some(0)).await, 501)
    }
}

async fn strangers() -> Tried<()> {
    let url = std::env::var("DOMOCK_STRICT_URL")?;
    refused(Client::new(&url, "grace", "wrong").get_dataset(SALES).await, 401)?;
    let grace = Client::new(&url, "grace", "cobol");
    same(grace.get_dataset(SALES).await?.rows, Some(3))?;
    refused(grace.delete_dataset(SALES).await, 403)?;
    refused(grace.put_dataset(SALES, DataSet { name: text("other"), ..DataSet::new() }).await, 403)
}

fn names(dataset: DataSet) -> Vec<String> {
    let columns = dataset.schema.and_then(|it| it.columns).unwrap_or_default();
    columns.into_iter().filter_map(|it| it.name).collect()
}
