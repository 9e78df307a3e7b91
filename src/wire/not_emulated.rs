//! What Domo has and Domock does not emulate, so that a call to it is told so instead of "not found".

/// The beginning of a path, and what lies there; of several that fit, the first counts.
const KNOWN: &[(&str, &str)] = &[
    ("/api/content/v1/cards", "changing and exporting cards"),
    ("/api/content/v2/cards", "cards"),
    ("/api/content/v3/cards", "cards"),
    ("/api/content/v1/pages", "pages"),
    ("/api/content/v3/pages", "pages"),
    ("/api/content/v3/stacks", "pages"),
    ("/api/content/v1/share", "sharing of pages and cards"),
    ("/api/content/v1/avatar", "avatars"),
    ("/api/content/v1/dataapps", "app studio"),
    ("/api/content/v1/datasources", "content about a dataset other than its cards"),
    ("/api/content/v1/customer-states", "settings of an instance"),
    ("/api/content/v1/reportschedules", "scheduled reports"),
    ("/api/content/v2/groups", "rules and owners of groups"),
    ("/api/content/v2/users", "changing users"),
    ("/api/content/v3/users", "changing users"),
    ("/api/identity/v1/users", "changing users"),
    ("/api/identity/v1", "identity settings"),
    ("/api/authorization/v1", "roles and grants"),
    ("/api/dataprocessing/v1/dataflows", "dataflows"),
    ("/api/dataprocessing/v2/dataflows", "dataflows"),
    ("/api/dataprocessing", "dataflows"),
    ("/api/data/v1/accounts", "accounts of connectors"),
    ("/api/data/v2/accounts", "accounts of connectors"),
    ("/api/data/v2/datasources/account", "accounts of connectors"),
    ("/api/data/v1/providers", "the catalogue of connectors"),
    ("/api/data/v1/lineage", "lineage"),
    ("/api/data/v1/impacts", "lineage"),
    ("/api/data/v1/ui/bulk", "bulk operations"),
    ("/api/data/v1/scheduler", "schedules"),
    ("/api/data/v1/jupyter", "Jupyter workspaces"),
    ("/api/datascience", "Jupyter workspaces and models"),
    ("/api/data/v1/monitor", "monitoring"),
    ("/api/query/v1/byos", "federated and cloud data"),
    ("/api/query/v1/functions", "Beast Modes apart from a dataset's properties"),
    ("/api/query/v1/views", "views"),
    ("/api/query/v1/datasources/customer-stats", "statistics of an instance"),
    ("/api/query/v1/export", "export to S3"),
    ("/api/query/migration", "migration of federated datasets"),
    ("/api/query/v2/data-control", "policies on columns"),
    ("/api/tags/v3", "certification"),
    ("/api/data/v1/data-files", "data files"),
    ("/api/queues", "Task Center"),
    ("/api/executor/v2", "datasets that Domo computes itself"),
    ("/api/executor/v1", "datasets that Domo computes itself"),
    ("/api/social", "Buzz and alerts"),
    ("/api/buzz", "Buzz"),
    ("/api/audit", "the activity log"),
    ("/api/activity", "the activity log"),
    ("/api/publish", "publication to other instances"),
    ("/api/codeengine", "Code Engine"),
    ("/api/workflow", "workflows"),
    ("/api/workflows", "workflows"),
    ("/api/datastores", "AppDB"),
    ("/api/apps", "apps"),
    ("/api/domoapps", "apps"),
    ("/api/ai", "AI services"),
    ("/api/files", "file sets"),
    ("/api/version", "the sandbox"),
    ("/api/certification", "certification"),
    ("/api/entitlementservice", "entitlements"),
    ("/domoapps", "apps"),
    ("/data/v1", "the API that apps call from a page"),
    ("/sql/v1", "the API that apps call from a page"),
    ("/v1/accounts", "accounts of connectors"),
    ("/v1/account-types", "accounts of connectors"),
    ("/v1/json", "the Simple API: send CSV to /v1/datasets/{id}/data instead"),
    ("/v1/cards", "cards and their embed tokens"),
    ("/v1/stories", "embed tokens of dashboards"),
    ("/v1/project", "projects and tasks"),
    ("/clients", "OAuth clients: a seed's users.toml names them"),
    ("/v1/pages", "pages"),
    ("/v1/audit", "the activity log"),
    ("/v1/buzz", "Buzz"),
    ("/v1/projects", "projects and tasks"),
    ("/v1/dataflows", "dataflows"),
    ("/v1/simulator", "the simulator"),
];

/// What lies at a path that no route has.
pub(super) fn named(path: &str) -> Option<&'static str> {
    let lies_in = |prefix: &str| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    KNOWN.iter().find(|(prefix, _)| lies_in(prefix)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_known_by_whole_segments() {
        assert_eq!(named("/api/data/v1/lineage/DATA_SOURCE/1"), Some("lineage"));
        assert_eq!(named("/v1/pages"), Some("pages"));
        assert_eq!(named("/v1/pages2"), None);
        assert_eq!(named("/api/data/v3/datasources/1/nonsense"), None);
    }
}
