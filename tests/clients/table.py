"""The table of docs/clients/README.md: which operations of which client pass, and why the others do not."""

BEGIN, END = "<!-- clients: written by tests/clients/run -->", "<!-- clients: end -->"

# The name that the suites give to the client, and its page.
CLIENTS = {
    "pydomo": "pydomo",
    "domolibrary": "domolibrary",
    "shipyard-domo": "shipyard-domo",
    "domo-sdk": "domo-sdk",
    "domo crate": "domo-crate",
}
# Clients with the operation, but no case for it: that would change the hosts file of the machine.
NOT_TRIED = {("domo crate", "way: Host header")}
OPERATIONS = [
    "create",
    "upload: frame",
    "upload: text",
    "upload: file",
    "upload: gzip",
    "upload: parts",
    "upload: upsert",
    "index",
    "query",
    "query: paging",
    "export",
    "lists: paging",
    "change",
    "schema",
    "tags",
    "share, permissions",
    "policies",
    "partitions",
    "streams",
    "cards",
    "delete",
    "refusals: 400, 404, 501",
    "refusals: 401, 403",
    "way: http",
    "way: https",
    "way: proxy",
    "way: path",
    "way: Host header",
]


def cell(client, operation, outcomes, known, notes):
    """The result of one operation of a client; failing cases refer to numbered causes."""
    outcomes = [it for it in outcomes if (it.client, it.operation) == (client, operation)]
    if not outcomes:
        return "not tried" if (client, operation) in NOT_TRIED else "–"
    failing = [it for it in outcomes if (it.client, it.case) in known]
    if not failing:
        return "yes"
    causes = dict.fromkeys(known[it.client, it.case] for it in failing)
    for cause in causes:
        notes.setdefault(cause, {})[client] = None
    marks = ", ".join(str(list(notes).index(cause) + 1) for cause in causes)
    return f"{'no' if failing == outcomes else 'in part'} ({marks})"


def table(outcomes, known):
    unknown = {it.operation for it in outcomes} - {"", *OPERATIONS}
    if unknown:
        raise ValueError(f"no row of the table: {unknown}")
    heads = [f"[{name}]({page}.md)" for name, page in CLIENTS.items()]
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(CLIENTS) + 1) + "|"]
    notes = {}  # The clients that each cause applies to, in the order of the table.
    for operation in OPERATIONS:
        cells = [cell(client, operation, outcomes, known, notes) for client in CLIENTS]
        lines.append(f"| {operation} | " + " | ".join(cells) + " |")
    lines += ["", "–: the client has no call for it, or cannot be pointed at Domock in this way.", ""]
    lines += [f"{number}. {', '.join(clients)}: {cause}." for number, (cause, clients) in enumerate(notes.items(), 1)]
    return "\n".join(lines)


def written(page, outcomes, known):
    """The page, with the table between its two marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table(outcomes, known)}\n{END}{after}"
