//! Personalised data permissions, as users who are not in charge of a dataset meet them.

use domock::domain::policy::{FilterOperator, Policy, PolicyFilter};
use domock::domain::{DatasetId, GroupId, RowFormat, UserId};
use domock::{Config, Domock};
use futures::TryStreamExt;

/// Owner of the seed's dataset of sales, and a user who may only see it through a group.
const OWNER: UserId = UserId::new(27);
const VIEWER: UserId = UserId::new(29);
const ANALYSTS: GroupId = GroupId::new(101);
const SALES: &str = "5a1e5000-0000-4000-8000-000000000001";

async fn stores(domo: &Domock, user: UserId) -> String {
    let dataset: DatasetId = SALES.parse().unwrap();
    let sql = "SELECT store FROM t ORDER BY store".to_owned();
    let asked = (sql.into(), RowFormat::JsonArrays);
    let rows = domo.instance().session(user).query(dataset, asked, &[]).await.unwrap().rows;
    let chunks: Vec<_> = rows.into_chunks().map_ok(|it| it.bytes).try_collect().await.unwrap();
    String::from_utf8(chunks.concat()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_policies_count_a_viewer_sees_the_rows_of_theirs_and_the_owner_all() {
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/contract/seed");
    let domo = Domock::start(Config::for_tests().with_seed_dir(seed)).await.unwrap();
    let dataset: DatasetId = SALES.parse().unwrap();
    let all = r#"["East"],["North"],["South"]"#;
    assert_eq!(stores(&domo, VIEWER).await, all);

    domo.instance().session(OWNER).enable_policies(dataset, true).unwrap();
    assert_eq!(stores(&domo, VIEWER).await, "");
    assert_eq!(stores(&domo, OWNER).await, all);

    let filter = PolicyFilter {
        column: "STORE".to_owned(),
        operator: FilterOperator::Contains,
        values: vec!["out".to_owned(), "a_t".to_owned()],
        not: false,
        ignore_case: true,
    };
    let policy = Policy {
        name: "South".to_owned(),
        filters: vec![filter],
        groups: [ANALYSTS].into(),
        ..Policy::default()
    };
    domo.instance().session(OWNER).add_policy(dataset, policy).unwrap();
    assert_eq!(stores(&domo, VIEWER).await, r#"["South"]"#);

    domo.instance().session(OWNER).enable_policies(dataset, false).unwrap();
    assert_eq!(stores(&domo, VIEWER).await, all);
}
