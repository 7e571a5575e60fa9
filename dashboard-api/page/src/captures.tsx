// Captures: drop one, get the audit of what happened in it.
import { useEffect, useState } from "preact/hooks";
import { ask, Capture, Job, Problem, upload } from "./api";
import { link } from "./route";
import { bytes, Column, Empty, Mark, Refused, Table, Time } from "./ui";
import { useFeed, useGet, useList } from "./use";

function State({ job }: { job?: Job }) {
  if (!job) return <span class="faint">not replayed</span>;
  const kind = job.state === "done" ? "good" : job.state === "failed" ? "poor" : "fair";
  return (
    <>
      <Mark kind={kind}>{job.state}</Mark> <span class="faint">{job.problem ?? `${job.stored} findings`}</span>
    </>
  );
}

export function Captures() {
  const list = useList<Capture>("/captures");
  const jobs = useGet<{ data: Job[] }>("/jobs?limit=200");
  const [share, tell] = useState<number>();
  const [over, hover] = useState(false);
  const [problem, fail] = useState<Problem>();
  const newest = new Map<string, Job>();
  for (const job of [...(jobs.data?.data ?? [])].reverse()) newest.set(job.capture, job);
  useFeed("jobs", () => jobs.again());
  const replay = async (id: string) => {
    try {
      await ask("POST", `/captures/${id}/replay`);
      jobs.again();
    } catch (refused) {
      fail(refused as Problem);
    }
  };
  const take = async (files: FileList | null) => {
    fail(undefined);
    for (const file of files ?? []) {
      try {
        tell(0);
        const capture = await upload(file, tell);
        await replay(capture.id);
      } catch (refused) {
        fail(refused as Problem);
      }
    }
    tell(undefined);
    list.again();
  };
  const remove = async (capture: Capture) => {
    if (!confirm(`Remove ${capture.name} and what was found in it?`)) return;
    try {
      await ask("DELETE", `/captures/${capture.id}`);
      list.again();
    } catch (refused) {
      fail(refused as Problem);
    }
  };
  useEffect(() => {
    const stop = (event: DragEvent) => event.preventDefault();
    addEventListener("dragover", stop);
    addEventListener("drop", stop);
    return () => {
      removeEventListener("dragover", stop);
      removeEventListener("drop", stop);
    };
  }, []);
  const columns: Column<Capture>[] = [
    { name: "Name", narrow: true, cell: (row) => <b>{row.name}</b> },
    { name: "Size", number: true, cell: (row) => bytes(row.bytes) },
    { name: "Uploaded", cell: (row) => <><Time at={row.uploaded} /> <span class="faint">by {row.by}</span></> },
    { name: "Replay", narrow: true, cell: (row) => <State job={newest.get(row.id)} /> },
    {
      name: "", narrow: true,
      cell: (row) => (
        <span class="row-actions">
          {newest.get(row.id)?.state === "done" && (
            <>
              <a href={`/api/v1/captures/${row.id}/report`} target="_blank" rel="noreferrer">Report</a>
              <a href={link("alerts", { capture: row.id, state: "all" })}>Alerts</a>
              <a href={link("calls", { capture: row.id })}>Calls</a>
            </>
          )}
          <button onClick={() => replay(row.id)}>Replay</button>
          <button class="danger" onClick={() => remove(row)} aria-label={`Remove ${row.name}`}>Remove</button>
        </span>
      ),
    },
  ];
  return (
    <>
      <h1>Captures</h1>
      <label class={`drop ${over ? "over" : ""}`}
        onDragEnter={() => hover(true)} onDragLeave={() => hover(false)} onDrop={(event) => { hover(false); void take(event.dataTransfer?.files ?? null); }}>
        <input type="file" multiple onChange={(event) => void take((event.target as HTMLInputElement).files)} />
        {share === undefined
          ? <>Drop captures here, or choose them: pcap, pcapng, ERF, snoop, also gzip and zstd. They are judged at once.</>
          : <><progress value={share} max={1} aria-label="Upload" /> {Math.round(share * 100)} %</>}
      </label>
      <Refused problem={problem ?? list.problem} />
      {list.data && !list.data.length && <Empty title="No captures yet">Drop the capture of an incident above; its calls, alerts and audit report appear within moments.</Empty>}
      {list.data && list.data.length > 0 && <Table label="Captures" columns={columns} rows={list.data} more={list.more} />}
    </>
  );
}
