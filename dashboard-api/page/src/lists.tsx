// Rules, blocks, registrations, nodes, and all that is known of one entity.
import { useEffect, useState } from "preact/hooks";
import { useAct } from "./act";
import { Alert, ask, Block, Call, Device, LEVELS, Node, Page, Problem, query, Registration, Rule } from "./api";
import { go, link, Place } from "./route";
import { Address, Badge, Column, Empty, Entity, Mark, Refused, Search, seconds, Table, Tile, Time } from "./ui";
import { useGet, useList } from "./use";

const RULES: Column<Rule>[] = [
  { name: "Level", narrow: true, cell: (row) => <Badge level={row.severity} /> },
  { name: "Rule", narrow: true, cell: (row) => <><a class="mono" href={link(`rules/${row.id}`)}>{row.id}</a><div class="why">{row.title}</div></> },
  { name: "Family", cell: (row) => row.category },
  { name: "Revision", number: true, cell: (row) => row.rev },
  { name: "", cell: (row) => (row.enabled ? "" : <Mark kind="plain">off</Mark>) },
];

export function Rules({ here }: { here: Place }) {
  const rules = useGet<Page<Rule>>("/rules");
  const q = (here.parameters.q ?? "").toLowerCase();
  const rows = (rules.data?.data ?? []).filter((row) => (row.id + " " + row.title + " " + row.category).toLowerCase().includes(q));
  return (
    <>
      <h1>Rules</h1>
      <div class="tools"><Search value={here.parameters.q ?? ""} hint="part of a name or family" search={(text) => go("rules", { q: text })} /></div>
      <Refused problem={rules.problem} />
      {rules.data && !rows.length && <Empty title="No such rules">Rules come from the packs in the rules directory.</Empty>}
      {rows.length > 0 && <Table label="Rules" columns={RULES} rows={rows} open={(row) => link(`rules/${row.id}`)} />}
    </>
  );
}

export function RulePage({ id }: { id: string }) {
  const text = useGet<string>(`/rules/${encodeURIComponent(id)}`);
  return (
    <article>
      <p class="crumbs"><a href={link("rules")}>Rules</a> / {id}</p>
      <h1 class="mono">{id}</h1>
      <Refused problem={text.problem} />
      <pre class="card source" tabIndex={0}>{text.data}</pre>
      <p><a href={link("alerts", { q: "rule_id:" + id, state: "all" })}>Its alerts</a></p>
    </article>
  );
}

const UNTIL: Column<Block & { id: string }>[] = [
  { name: "Blocked", narrow: true, cell: (row) => <span class="mono">{row.entity}</span> },
  { name: "Until", narrow: true, cell: (row) => (row.until ? <Time at={row.until} /> : "for ever") },
  { name: "Why", cell: (row) => <>{row.detail?.reason ?? row.detail?.rule ?? ""} <span class="faint">{row.detail?.by && "by " + row.detail.by}</span></> },
];

export function Blocks() {
  const list = useGet<Page<Block>>("/blocks");
  const [entity, type] = useState("");
  const [problem, fail] = useState<Problem>();
  const change = async (method: string, path: string, body?: unknown) => {
    try {
      await ask(method, path, body);
      fail(undefined);
      list.again();
    } catch (refused) {
      fail(refused as Problem);
    }
  };
  const add = (event: Event) => {
    event.preventDefault();
    void change("POST", "/blocks", { entity, ttl_s: 3600, reason: "by hand" }).then(() => type(""));
  };
  const columns = [...UNTIL, { name: "", narrow: true, cell: (row: Block) => <button onClick={() => void change("DELETE", "/blocks" + query({ entity: row.entity }))}>Unblock</button> }];
  return (
    <>
      <h1>Blocks</h1>
      <form class="tools" onSubmit={add}>
        <input class="grow" aria-label="Address or network" placeholder="address or network" required value={entity} onInput={(e) => type((e.target as HTMLInputElement).value)} />
        <button class="danger">Block for an hour</button>
      </form>
      <Refused problem={problem ?? list.problem} />
      {list.data && !list.data.data.length && <Empty title="Nothing is blocked">What rules block and what you block here is enforced by every router.</Empty>}
      {list.data && list.data.data.length > 0 && <Table label="Blocks" columns={columns} rows={list.data.data.map((row) => ({ ...row, id: row.entity }))} />}
    </>
  );
}

const CHANGES: Column<Registration>[] = [
  { name: "User", narrow: true, cell: (row) => <Entity type="account" value={row.registration.user ?? "?"} /> },
  { name: "Change", narrow: true, cell: (row) => <Mark kind={row.registration.change === "added" ? "good" : "plain"}>{row.registration.change}</Mark> },
  { name: "From", cell: (row) => <Address ip={row.src_ip} /> },
  { name: "Contact", cell: (row) => <span class="mono">{row.registration.binding?.contact ?? "–"}</span> },
  { name: "Device", cell: (row) => row.registration.user_agent ?? "–" },
  { name: "When", cell: (row) => <Time at={row.timestamp} /> },
];

const DEVICES: Column<Device>[] = [
  { name: "Role", narrow: true, cell: (row) => row.device.role },
  { name: "Names", narrow: true, cell: (row) => <b>{row.device.aliases?.map((alias) => alias.text).join(", ") || row.device.identifier || "–"}</b> },
  { name: "Zone", cell: (row) => row.device.gatekeeper_identifier ?? "–" },
  { name: "Signalling", cell: (row) => <span class="mono">{row.device.signalling ?? row.device.ras ?? "–"}</span> },
  { name: "Product", cell: (row) => <>{row.device.product ?? "–"} <span class="faint">{row.device.product_version}</span></> },
  { name: "H.225", number: true, cell: (row) => (row.device.h225_version ? "v" + row.device.h225_version : "–") },
  { name: "Seen", cell: (row) => <Time at={row.timestamp} /> },
];

function Endpoints() {
  const list = useList<Device>("/h323/endpoints?change=found");
  if (!list.data?.length) return null;
  return (
    <section>
      <h2>H.323 endpoints</h2>
      <Table label="H.323 endpoints" columns={DEVICES} rows={list.data} more={list.more} />
    </section>
  );
}

export function Registrations({ here }: { here: Place }) {
  const q = here.parameters.q ?? "";
  const list = useList<Registration>("/registrations" + query({ q }));
  return (
    <>
      <h1>Registrations</h1>
      <div class="tools"><Search value={q} hint="user:1001  change:added  @ip:10.0.0.0/8" search={(text) => go("registrations", { q: text })} /></div>
      <Refused problem={list.problem} />
      {list.data && !list.data.length && !list.problem && <Empty title="No registrations">They appear when devices register where a sensor sees it.</Empty>}
      {list.data && list.data.length > 0 && <Table label="Registrations" columns={CHANGES} rows={list.data} more={list.more} />}
      <Endpoints />
    </>
  );
}

/** What a node tells, in the order in which one asks. */
const FIELDS: [string, string][] = [
  ["problem", "Problem"], ["rules", "Rules, version"], ["packets", "Packets judged"], ["dropped", "Packets dropped"],
  ["alerts", "Alerts"], ["waiting", "Events waiting for a far end"], ["spool_lost", "Events lost in the spool"], ["lines_lost", "Events lost"],
  ["evidence_written", "Captures of alerts"], ["evidence_refused", "Captures refused"], ["blocks", "Change of blocks in force"], ["version", "Program"],
];

function count(value: string): string {
  return /^\d{1,15}$/.test(value) ? Number(value).toLocaleString("en") : value;
}

function NodeCard({ node }: { node: Node }) {
  const kind = !node.alive ? "poor" : node.state === "degraded" ? "fair" : "good";
  const started = Number(node.started_ms ?? 0);
  return (
    <section class="card">
      <h2>{node.id} <span class="faint">{node.kind}</span></h2>
      <p class="lead"><Mark kind={kind}>{!node.alive ? "silent" : (node.state as string) || "alive"}</Mark>{node.alive && started > 0 && <span class="faint"> since <Time at={new Date(started).toISOString()} /></span>}</p>
      <dl>
        {FIELDS.filter(([field]) => node[field]).map(([field, name]) => <><dt>{name}</dt><dd>{count(String(node[field]))}</dd></>)}
      </dl>
    </section>
  );
}

export function Nodes() {
  const nodes = useGet<Page<Node>>("/nodes");
  useEffect(() => {
    const timer = setInterval(nodes.again, 3000);
    return () => clearInterval(timer);
  }, [nodes.again]);
  return (
    <>
      <h1>Nodes</h1>
      <Refused problem={nodes.problem} />
      {nodes.data && !nodes.data.data.length && <Empty title="No node was heard of within a day">Start <code>ringfence-sensor</code> or <code>ringfence-filter</code> with the same Redis.</Empty>}
      <div class="tiles nodes">{nodes.data?.data.map((node) => <NodeCard key={node.id} node={node} />)}</div>
    </>
  );
}

interface Known {
  alerts?: Alert[];
  calls?: Call[];
  registrations?: Registration[];
}

export function EntityPage({ kind, value }: { kind: string; value: string }) {
  const known = useGet<Known>(`/entities/${kind}/${encodeURIComponent(value)}`);
  const act = useAct();
  const data = known.data;
  const worst = LEVELS.find((level) => data?.alerts?.some((row) => row.alert.level === level));
  const last = [...(data?.alerts ?? []), ...(data?.calls ?? []), ...(data?.registrations ?? [])].map((row) => row.timestamp).sort().pop();
  const some = (rows?: unknown[]) => (rows?.length === 20 ? "20+" : String(rows?.length ?? 0));
  return (
    <article>
      <p class="crumbs">{kind}</p>
      <h1 class="mono">{value}</h1>
      <Refused problem={known.problem ?? act.problem} />
      {act.told && <p class="told" role="status">{act.told}</p>}
      {data && (
        <>
          <div class="actions">
            {kind === "ip" && <button class="danger" onClick={() => confirm(`Block ${value} on all routers for an hour?`) && void act.run(() => ask("POST", "/blocks", { entity: value, ttl_s: 3600, reason: "by hand" }), `${value} is blocked for an hour`)}>Block for an hour</button>}
            <a class="button" href={link("alerts", { q: kind === "ip" ? `@ip:${value}` : `"${value}"`, state: "all" })}>All its alerts</a>
            <a class="button" href={link("calls", { q: kind === "ip" ? `@ip:${value}` : `"${value}"` })}>All its calls</a>
          </div>
          <section class="tiles" aria-label="In short">
            <Tile kind={worst ? `posture ${worst}` : ""} label="Worst alert" value={worst ?? "none"} note={`${some(data.alerts)} alerts`} />
            <Tile label="Calls" value={some(data.calls)} note={`${(data.calls ?? []).filter((row) => row.call.answer).length} of them answered`} />
            {data.registrations && <Tile label="Registrations" value={some(data.registrations)} />}
            <Tile label="Last seen" value={<Time at={last} />} />
          </section>
        </>
      )}
      {data && !data.alerts?.length && !data.calls?.length && !data.registrations?.length && <Empty title="Nothing is known">No alert, call or registration names it.</Empty>}
      {data?.alerts && data.alerts.length > 0 && (
        <section>
          <h2>Alerts</h2>
          <Table label="Alerts" rows={data.alerts} open={(row) => link(`alerts/${row.id}`)} columns={[
            { name: "Level", narrow: true, cell: (row) => <Badge level={row.alert.level} /> },
            { name: "What", narrow: true, cell: (row) => row.alert.signature },
            { name: "When", cell: (row) => <Time at={row.timestamp} /> },
          ]} />
        </section>
      )}
      {data?.calls && data.calls.length > 0 && (
        <section>
          <h2>Calls</h2>
          <Table label="Calls" rows={data.calls} open={(row) => link(`calls/${row.id}`)} columns={[
            { name: "From", narrow: true, cell: (row) => row.call.from.user ?? "anonymous" },
            { name: "To", narrow: true, cell: (row) => row.call.to.user ?? "" },
            { name: "Lasted", number: true, cell: (row) => (row.call.duration_s ? seconds(row.call.duration_s) : "–") },
            { name: "When", cell: (row) => <Time at={row.call.start} /> },
          ]} />
        </section>
      )}
      {data?.registrations && data.registrations.length > 0 && (
        <section>
          <h2>Registrations</h2>
          <Table label="Registrations" rows={data.registrations} columns={CHANGES} />
        </section>
      )}
    </article>
  );
}
