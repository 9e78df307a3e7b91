//! Seed folders: what is right is there, what is wrong is named by its place.

use std::fs;
use std::path::PathBuf;

use domock::{Config, Domock};
use serde_json::{Value, json};

use crate::support::client;

/// A folder of files that is gone with the test.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn of(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("domock-seed-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            fs::write(path.join(name), text).unwrap();
        }
        Self { path }
    }

    async fn start(&self) -> anyhow::Result<Domock> {
        Domock::start(Config::for_tests().with_seed_dir(&self.path)).await
    }

    /// What stops the start, without the folder's own path.
    async fn refusal(&self) -> String {
        let refusal = format!("{:#}", self.start().await.unwrap_err());
        refusal
            .replace(&format!("{}/", self.path.display()), "")
            .replace(&self.path.display().to_string(), "")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.path).ok();
    }
}

async fn rows(domo: &Domock, dataset: &str, sql: &str) -> Value {
    let path = format!("/api/query/v1/execute/{dataset}?format=table");
    let body = json!({ "sql": sql }).to_string();
    client::send(domo.address(), ("POST", &path), &[], body).await.unwrap().json()["rows"].clone()
}

#[tokio::test]
async fn a_bare_csv_is_a_dataset_with_the_same_id_in_every_run() {
    let folder = Folder::of("bare", &[("orders.csv", "id,day\n1,2024-02-29\n2,\n")]);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let domo = folder.start().await.unwrap();
        let dataset = domo.instance().snapshot().datasets()[0].clone();
        assert_eq!(dataset.profile.name, "orders");
        ids.push(dataset.id.to_string());
        let seen = rows(&domo, &ids[0], "SELECT * FROM t ORDER BY id").await;
        assert_eq!(seen, json!([[1, "2024-02-29"], [2, null]]));
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_value_far_down_still_decides_its_columns_type() {
    let mut csv = "zip,share,note\n".to_owned();
    csv.extend((10_000..40_000).map(|it| format!("{it},1,\n")));
    csv.push_str("07030,0.5,x\n");
    let folder = Folder::of("far-down", &[("shops.csv", &csv)]);
    let domo = folder.start().await.unwrap();
    let dataset = domo.instance().snapshot().datasets()[0].clone();
    let kinds: Vec<&str> = dataset.schema.layout().iter().map(|it| it.kind.name()).collect();
    assert_eq!(kinds, ["STRING", "DOUBLE", "STRING"]);
    let id = dataset.id.to_string();
    let last = rows(&domo, &id, "SELECT zip, share, note FROM t WHERE share < 1").await;
    assert_eq!(last, json!([["07030", 0.5, "x"]]));
}

#[tokio::test]
async fn a_reset_goes_back_to_the_seed() {
    let id = "5eed0000-0000-4000-8000-000000000001";
    let folder =
        Folder::of("reset", &[("a.csv", "n\n1\n"), ("a.toml", &format!("id = \"{id}\"\n"))]);
    let domo = folder.start().await.unwrap();
    let uploads = format!("/api/data/v3/datasources/{id}/uploads");
    client::send(domo.address(), ("POST", &uploads), &[], r#"{"values": "2"}"#).await.unwrap();
    assert_eq!(rows(&domo, id, "SELECT SUM(n) FROM t").await, json!([[3]]));
    let reset = client::send(domo.address(), ("POST", "/_domock/reset"), &[], "").await.unwrap();
    assert_eq!(reset.status, 200);
    assert_eq!(rows(&domo, id, "SELECT SUM(n) FROM t").await, json!([[1]]));
}

#[tokio::test]
async fn the_seed_of_the_project_is_whole() {
    let root = env!("CARGO_MANIFEST_DIR");
    let domo = Domock::start(Config::for_tests().with_seed_dir(format!("{root}/seed-data")))
        .await
        .unwrap();
    for (last, count) in [(1, 16), (2, 1_458), (3, 3_322), (4, 26_115), (5, 27_004)] {
        let id = format!("1a000000-0000-4000-8000-00000000000{last}");
        assert_eq!(rows(&domo, &id, "SELECT COUNT(*) FROM t").await, json!([[count]]), "{id}");
    }
    let nulls = rows(
        &domo,
        "1a000000-0000-4000-8000-000000000005",
        "SELECT COUNT(*) FROM t WHERE dep_time IS NULL",
    );
    assert_eq!(nulls.await, json!([[521]]));
}

#[tokio::test]
async fn mistakes_are_named_by_file_line_and_column() {
    let check = async |name: &str, files: &[(&str, &str)], expected: &str| {
        assert_eq!(Folder::of(name, files).refusal().await, expected, "{name}");
    };
    check("unknown-key", &[("a.csv", "n\n1\n"), ("a.toml", "tags = []\ncolour = 1\n")], "a.toml:2:1: unknown field `colour`, expected one of `id`, `name`, `description`, `owner`, `type`, `tags`, `indexed`, `columns`, `column_details`, `permissions`, `formulas`, `cards`, `partitions`, `stream`").await;
    check(
        "syntax",
        &[("a.csv", "n\n1\n"), ("a.toml", "name = \n")],
        "a.toml:1:8: string values must be quoted, expected literal string",
    )
    .await;
    check(
        "bad-id",
        &[("a.csv", "n\n1\n"), ("a.toml", "name = \"x\"\nid = \"seven\"\n")],
        "a.toml:2:6: 'seven' is not a dataset id, which is a UUID",
    )
    .await;
    check(
        "nobody",
        &[("a.csv", "n\n1\n"), ("a.toml", "owner = 9\n")],
        "a.toml:1:9: there is no user 9 in users.toml",
    )
    .await;
    check(
        "no-level",
        &[("a.csv", "n\n1\n"), ("a.toml", "[[permissions]]\nuser = 1\naccess = \"KING\"\n")],
        "a.toml:3:10: 'KING' is not an access level: use CO_OWNER, CAN_EDIT, CAN_SHARE or CAN_VIEW",
    )
    .await;
    check("no-type", &[("a.csv", "n\n1\n"), ("a.toml", "[columns]\nn = \"BLOB\"\n")], "a.toml: column 'n': 'BLOB' is not a column type: use STRING, LONG, DOUBLE, DECIMAL, DATE or DATETIME").await;
    check(
        "no-column",
        &[("a.csv", "n\n1\n"), ("a.toml", "[columns]\nm = \"LONG\"\n")],
        "a.toml: there is no column 'm' in the CSV",
    )
    .await;
    check(
        "bad-value",
        &[("a.csv", "n\n1\nx\n"), ("a.toml", "[columns]\nn = \"LONG\"\n")],
        "a.csv: line 3, column 'n': 'x' is not a LONG",
    )
    .await;
    check(
        "bad-quotes",
        &[("a.csv", "n,m\n1,2\n\"1,2\n")],
        "a.csv: line 3: the quote of a value is never closed",
    )
    .await;
    check("width", &[("a.csv", "n,m\n1,2\n1\n")], "a.csv: line 3: 1 values for 2 columns").await;
    check(
        "stray",
        &[("a.csv", "n\n"), ("notes.txt", "")],
        "notes.txt: is not a seed file: these end in .csv, .toml or .md",
    )
    .await;
    check("user-twice", &[("users.toml", "[[users]]\nid = 1\nname = \"a\"\nemail = \"a\"\n[[users]]\nid = 1\nname = \"b\"\nemail = \"b\"\n")], "users.toml:6:6: duplicate user id 1").await;
    check("no-member", &[("users.toml", "[[users]]\nid = 1\nname = \"a\"\nemail = \"a\"\n[[groups]]\nid = 5\nname = \"g\"\nmembers = [1, 2]\n")], "users.toml:8:15: there is no user 2").await;
}

#[tokio::test]
async fn mistakes_in_credentials_are_named_and_not_repeated() {
    let user = "[[users]]\nid = 1\nname = \"a\"\nemail = \"a@b.c\"\n";
    let mistakes = [
        ("password = \"\"\n", "users.toml:5:12: a password must not be empty"),
        ("tokens = [\"t\", \"t\"]\n", "users.toml:5:16: duplicate token"),
        (
            "tokens = [\"\"]\n",
            "users.toml:5:11: a token must consist of visible ASCII characters, without spaces",
        ),
        (
            "clients = [{ id = \"a:b\", secret = \"s\" }]\n",
            "users.toml:5:19: the id of a client must not contain a colon",
        ),
        (
            "clients = [{ id = \"c\", secret = \"s s\" }]\n",
            "users.toml:5:33: the secret of a client must consist of visible ASCII characters, without spaces",
        ),
        ("clients = [{ id = \"c\" }]\n", "users.toml:5:12: missing field `secret`"),
        (
            "password = \"x\"\n[[users]]\nid = 2\nname = \"b\"\nemail = \"A@b.c\"\npassword = \"y\"\n",
            "users.toml:9:9: another user with a password has this email",
        ),
    ];
    for (index, (more, expected)) in mistakes.into_iter().enumerate() {
        let file = format!("{user}{more}");
        let folder = Folder::of(&format!("credential-{index}"), &[("users.toml", &file)]);
        assert_eq!(folder.refusal().await, expected);
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let refusal =
        Domock::start(Config::for_tests().with_seed_dir("no/such/folder")).await.unwrap_err();
    assert_eq!(
        format!("{refusal:#}"),
        "seed folder no/such/folder: No such file or directory (os error 2)"
    );
}

#[tokio::test]
async fn files_outside_of_the_folder_are_not_read_unless_that_is_asked_for() {
    let outside = Folder::of("outside", &[("secret.csv", "n\n1\n")]);
    let secret = outside.path.join("secret.csv");
    for (name, target) in
        [("dots", "../a.csv".to_owned()), ("absolute", secret.display().to_string())]
    {
        let about = format!("[[partitions]]\ntag = \"x\"\ncsv = \"{target}\"\n");
        let folder = Folder::of(name, &[("a.toml", &about)]);
        fs::write(folder.path.join("../a.csv"), "n\n1\n").unwrap();
        assert!(folder.refusal().await.contains("--seed-outside"), "{name}");
    }
    let folder = Folder::of("links", &[]);
    std::os::unix::fs::symlink(&secret, folder.path.join("a.csv")).unwrap();
    assert!(folder.refusal().await.contains("--seed-outside"));
    let mut config = Config::for_tests().with_seed_dir(&folder.path);
    config.seed.seed_outside = true;
    assert!(Domock::start(config).await.is_ok());
}

#[tokio::test]
async fn thousands_of_files_need_no_thread_each() {
    let files: Vec<(String, String)> =
        (0..1_000).map(|it| (format!("d{it}.csv"), format!("n\n{it}\n"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let folder = Folder::of("many", &files);
    assert_eq!(folder.start().await.unwrap().instance().dataset_count(), 1_000);
}

#[tokio::test]
async fn lines_that_end_with_a_carriage_return_alone_are_refused() {
    let folder = Folder::of("returns", &[("a.csv", "n\r1\r2\r")]);
    assert!(folder.refusal().await.contains("CR alone"));
}

#[tokio::test]
async fn a_file_that_is_a_partition_of_its_own_dataset_is_read_once() {
    let about = "[[partitions]]\ntag = \"x\"\ncsv = \"a.csv\"\n";
    let folder = Folder::of("own-partition", &[("a.csv", "n\n1\n"), ("a.toml", about)]);
    let domo = folder.start().await.unwrap();
    let id = domo.instance().snapshot().datasets()[0].id.to_string();
    assert_eq!(rows(&domo, &id, "SELECT COUNT(*) FROM t").await, json!([[1]]));
}
