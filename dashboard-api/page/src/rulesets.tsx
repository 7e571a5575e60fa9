// Sets of rules: written, checked, compared, tried, published, rolled back.
import { useEffect, useState } from "preact/hooks";
import { ask, get, Job, Node, Page, Problem } from "./api";
import { useAct } from "./act";
import { link } from "./route";
import { Column, Empty, Mark, Refused, Table, Time } from "./ui";
import { useFeed, useGet } from "./use";

interface Version {
  version: number;
  what: string;
  who: string;
  note?: string;
  published: string;
}

interface Versions {
  current: number;
  data: Version[];
  canary: { version: number; nodes: string[] } | null;
}

interface Staged {
  id: string;
  note?: string;
  by: string;
  staged: string;
  rules?: number;
}

interface Change {
  id: string;
  change: string;
  title?: string;
}

interface Trial {
  finished: string;
  data: { id?: string; rule_id?: string; before: number; after: number; capture?: string }[];
}

async function publish(path: string, seen: number, body?: unknown): Promise<unknown> {
  const response = await fetch("/api/v1" + path, {
    method: "POST",
    headers: { "If-Match": `"${seen}"`, ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!response.ok) throw new Problem(response.status, (await response.json().catch(() => ({}))).detail ?? response.statusText);
  return response.json().catch(() => undefined);
}

function Changes({ changes }: { changes: Change[] }) {
  if (!changes.length) return <p class="faint">Nothing differs from the version in force.</p>;
  return (
    <ul class="changes">
      {changes.map((one) => (
        <li>
          <Mark kind={one.change === "added" ? "good" : one.change === "removed" ? "poor" : "fair"}>{one.change}</Mark>{" "}
          <span class="mono">{one.id}</span> <span class="faint">{one.title}</span>
        </li>
      ))}
    </ul>
  );
}

function TrialResult({ trial }: { trial: Trial }) {
  const rows = trial.data.filter((row) => row.before !== row.after);
  return (
    <div>
      <p class="faint">Tried on the uploaded captures, <Time at={trial.finished} />.</p>
      {!rows.length && <p>No rule would have told more or less than it did.</p>}
      <ul class="changes">
        {rows.map((row) => (
          <li><span class="mono">{row.rule_id ?? row.id}</span>: {row.before} alerts then, <b>{row.after}</b> now</li>
        ))}
      </ul>
    </div>
  );
}

function StagedSet({ set, current, nodes, again }: { set: Staged; current: number; nodes: Node[]; again: () => void }) {
  const [changes, compare] = useState<Change[]>();
  const [trial, tried] = useState<Trial>();
  const [waiting, wait] = useState(false);
  const act = useAct();
  const look = () => act.run(async () => tried(await get<Trial>(`/rulesets/${set.id}/backtest`))).then((fine) => fine && wait(false));
  useFeed("jobs", (event) => {
    const job = event.data as Job & { ruleset?: string };
    if (job.ruleset === set.id && job.state === "done") void look();
  });
  const live = nodes.filter((node) => node.alive && node.kind === "sensor");
  return (
    <li class="card">
      <h2>{set.note || "Without a note"} <span class="faint">by {set.by}, <Time at={set.staged} /></span></h2>
      <div class="actions">
        <button onClick={() => void act.run(async () => compare((await get<{ changes: Change[] }>(`/rulesets/${set.id}/diff`)).changes))}>Compare</button>
        <button disabled={waiting} onClick={() => void act.run(async () => { await ask("POST", `/rulesets/${set.id}/backtest`); wait(true); })}>{waiting ? "Trying…" : "Try on captures"}</button>
        {live.length > 0 && <button onClick={() => confirm(`Have ${live[0].id} judge by this set?`) && void act.run(() => ask("POST", `/rulesets/${set.id}/canary`, { nodes: [live[0].id] }), `${live[0].id} judges by it`).then(again)}>Try on {live[0].id}</button>}
        <button class="primary" onClick={() => confirm("Publish this set to all nodes?") && void act.run(() => publish(`/rulesets/${set.id}/publish`, current), "published").then(again)}>Publish</button>
        <a class="button" href={`/api/v1/rulesets/${set.id}`}>Text</a>
      </div>
      <Refused problem={act.problem} />
      {act.told && <p class="told" role="status">{act.told}</p>}
      {changes && <Changes changes={changes} />}
      {trial && <TrialResult trial={trial} />}
    </li>
  );
}

function Editor({ again }: { again: () => void }) {
  const [text, type] = useState("");
  const [note, say] = useState("");
  const act = useAct();
  const act2 = () => act.run(async () => {
    const done = await ask<{ rules: number }>("POST", "/rules/validate", { text });
    return done;
  }, "These rules are valid.");
  const stage = () => act.run(() => ask("POST", "/rulesets/staged", { text, ...(note ? { note } : {}) }), "Staged: compare and try it below.").then((fine) => fine && again());
  const begin = async () => {
    const rules = await get<Page<{ id: string }>>("/rules");
    const first = rules.data[0]?.id;
    if (first) type("rules:\n" + (await get<string>(`/rules/${first}`)));
  };
  return (
    <section class="card">
      <h2>Write a set</h2>
      <label class="field">Rules, as YAML
        <textarea rows={12} spellcheck={false} value={text} placeholder={"rules:\n- id: my-rule\n  title: …"} onInput={(e) => type((e.target as HTMLTextAreaElement).value)} />
      </label>
      <div class="actions">
        <button onClick={() => void act2()} disabled={!text}>Validate</button>
        <input aria-label="Note" placeholder="why this set" value={note} onInput={(e) => say((e.target as HTMLInputElement).value)} />
        <button class="primary" onClick={() => void stage()} disabled={!text}>Stage</button>
        {!text && <button onClick={() => void begin()}>Begin with an example</button>}
      </div>
      <Refused problem={act.problem} />
      {act.problem?.errors?.length ? <ul class="changes">{act.problem.errors.map((one) => <li>{one.line ? <b>line {one.line}, column {one.column}: </b> : null}{one.detail}</li>)}</ul> : null}
      {act.told && <p class="told" role="status">{act.told}</p>}
    </section>
  );
}

export function RuleSets() {
  const versions = useGet<Versions>("/rulesets");
  const staged = useGet<Page<Staged>>("/rulesets/staged?limit=20");
  const nodes = useGet<Page<Node>>("/nodes");
  const act = useAct();
  const again = () => {
    versions.again();
    staged.again();
    nodes.again();
  };
  useEffect(() => {
    const timer = setInterval(() => nodes.again(), 5000);
    return () => clearInterval(timer);
  }, [nodes.again]);
  const current = versions.data?.current ?? 0;
  const behind = (nodes.data?.data ?? []).filter((node) => node.alive && node.rules !== undefined && node.rules !== String(current) && current);
  const columns: Column<Version & { id: string }>[] = [
    { name: "Version", narrow: true, cell: (row) => <><b>{row.version}</b> {row.version === current && <Mark kind="good">in force</Mark>}</> },
    { name: "What", narrow: true, cell: (row) => <>{row.what} <span class="faint">{row.note}</span></> },
    { name: "By", cell: (row) => row.who },
    { name: "When", cell: (row) => <Time at={row.published} /> },
    { name: "", narrow: true, cell: (row) => (row.version === current ? "" : <button onClick={() => confirm(`Publish version ${row.version} again?`) && void act.run(() => publish("/rulesets/rollback", current, { to: row.version }), `version ${row.version} is published again`).then(again)}>Roll back to it</button>) },
  ];
  return (
    <>
      <h1>Rule sets</h1>
      <Refused problem={versions.problem ?? act.problem} />
      {act.told && <p class="told" role="status">{act.told}</p>}
      {versions.data && (
        <p class="lead">
          {current ? <>Version <b>{current}</b> is in force</> : <>No set is published: every node judges by its own packs</>}
          {behind.length > 0 && <>; <Mark kind="fair">{behind.length} {behind.length === 1 ? "node is" : "nodes are"} on another one</Mark> ({behind.map((node) => node.id).join(", ")})</>}.
        </p>
      )}
      {versions.data?.canary && (
        <p class="hint">{versions.data.canary.nodes.join(", ")} {versions.data.canary.nodes.length === 1 ? "tries" : "try"} another set. <button onClick={() => void act.run(() => ask("DELETE", "/rulesets/canary"), "the trial is over").then(again)}>End the trial</button></p>
      )}
      {staged.data && staged.data.data.length > 0 && <h2>Staged</h2>}
      <ul>{staged.data?.data.map((set) => <StagedSet key={set.id} set={set} current={current} nodes={nodes.data?.data ?? []} again={again} />)}</ul>
      <Editor again={again} />
      {versions.data && versions.data.data.length > 0 && <><h2>Versions</h2><Table label="Versions" columns={columns} rows={versions.data.data.map((row) => ({ ...row, id: String(row.version) }))} /></>}
      {versions.data && !versions.data.data.length && <Empty title="No version yet">Stage a set above, try it on the <a href={link("captures")}>captures</a>, then publish it. <code>ringfence rules publish</code> does the same with a directory of packs.</Empty>}
    </>
  );
}
