// The server's answers, and how they are asked for.

export interface Page<T> {
  data: T[];
  page: { next: string | null; has_more: boolean };
}

export interface Endpoint {
  user?: string;
  host?: string;
  display?: string;
}

export interface PhoneNumber {
  e164?: string;
  country?: string;
  type?: string;
  premium?: boolean;
}

export interface Quality {
  packets: number;
  lost: number;
  codec?: string;
  jitter_ms_mean?: number;
  r?: number;
  mos?: number;
}

export interface Row {
  id: string;
  timestamp: string;
  node?: string;
  capture?: string;
  src_ip?: string;
  dest_ip?: string;
}

export interface Alert extends Row {
  state: "open" | "acknowledged" | "closed" | "suppressed";
  assignee?: string;
  note?: string;
  entity: { type: string; value: string };
  sip?: { call_id?: string; user_agent?: string; method?: string; request_line?: string };
  alert: {
    rule_id: string;
    signature: string;
    category: string;
    level: Level;
    action: string;
    count: number;
    explain: { text: string };
    evidence: { packets: number[]; file?: string };
    response: { would: string; proven: boolean };
  };
}

export interface Call extends Row {
  call: {
    id: number;
    call_id: string;
    correlation_id: number;
    protocol: string;
    from: Endpoint;
    to: Endpoint;
    request?: Endpoint;
    account?: string;
    trunk?: string;
    direction?: string;
    numbers?: { caller?: PhoneNumber; called?: PhoneNumber };
    cost?: { amount: number; currency: string; price_per_minute: number };
    state?: string;
    caller_user_agent?: string;
    callee_user_agent?: string;
    start: string;
    ring?: string;
    answer?: string;
    end?: string;
    pdd_ms?: number;
    duration_s: number;
    status: number;
    q850_cause?: number;
    end_reason: string;
    released_by: string;
    media?: { side: string; signalled: string; seen?: string; codecs: string[] }[];
    quality: { caller_sent?: Quality; callee_sent?: Quality };
  };
}

export interface Registration extends Row {
  registration: {
    change: string;
    user?: string;
    host?: string;
    user_agent?: string;
    binding?: { contact?: string; expires?: string };
  };
}

export interface Device extends Row {
  device: {
    change: string;
    role: string;
    identifier?: string;
    gatekeeper_identifier?: string;
    aliases?: { kind: string; text: string }[];
    ras?: string;
    signalling?: string;
    product?: string;
    product_version?: string;
    h225_version?: number;
    registered: boolean;
  };
}

export interface Stream extends Row {
  dest_port: number;
  src_port: number;
  rtp: { ssrc: string; codec?: string; packets: number; lost: number; jitter_ms_mean: number; mos?: number; r?: number };
}

export interface Group {
  value: string | null;
  count: number;
  first: string;
  last: string;
  last_id: string;
}

export interface Kpi {
  key: string | null;
  attempts: number;
  answered: number;
  asr_percent: number;
  ner_percent: number;
  acd_s: number;
  minutes: number;
  pdd_ms: number;
  mos?: number;
  mos_low: number;
  cost?: number;
  currency?: string;
}

export interface Capture {
  id: string;
  name: string;
  bytes: number;
  uploaded: string;
  by: string;
}

export interface Job {
  id: string;
  capture: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  events: number;
  stored: number;
  updated: string;
  problem?: string;
}

export interface Rule {
  id: string;
  rev: number;
  title: string;
  category: string;
  severity: Level;
  enabled: boolean;
}

export interface Block {
  entity: string;
  until?: string;
  detail?: { reason?: string; by?: string; since?: string; rule?: string };
}

export interface Node {
  id: string;
  alive: boolean;
  [field: string]: string | boolean;
}

export interface Session {
  name: string;
  role: "nobody" | "viewer" | "analyst" | "operator" | "admin";
  grants: string[];
  setup_needed: boolean;
  redis: boolean; // nodes, blocks and rule sets live there
}

export type Level = "critical" | "high" | "medium" | "low" | "info";

export const LEVELS: Level[] = ["critical", "high", "medium", "low", "info"];

/** What the server refused, in its own words. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly errors?: { detail: string; line?: number; column?: number }[],
  ) {
    super(detail);
  }
}

async function refused(response: Response): Promise<Problem> {
  const body = await response.json().catch(() => ({}));
  return new Problem(response.status, body.detail ?? response.statusText, body.errors);
}

export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch("/api/v1" + path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw await refused(response);
  if (response.status === 204 || response.headers.get("Content-Length") === "0") return undefined as T;
  const type = response.headers.get("Content-Type") ?? "";
  return (type.includes("json") ? response.json() : response.text()) as Promise<T>;
}

export const get = <T>(path: string) => ask<T>("GET", path);

/** A capture on its way up: told how far it is, as a share of one. */
export function upload(file: File, progress: (share: number) => void): Promise<Capture> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/captures?name=" + encodeURIComponent(file.name));
    request.upload.onprogress = (event) => progress(event.loaded / Math.max(event.total, 1));
    request.onload = () => {
      const body = JSON.parse(request.responseText || "{}");
      if (request.status === 201) done(body);
      else failed(new Problem(request.status, body.detail ?? "refused"));
    };
    request.onerror = () => failed(new Problem(0, "the server does not answer"));
    request.send(file);
  });
}

/** "?a=b&c=d" of what is set. */
export function query(parameters: Record<string, string | number | undefined | null>): string {
  const set = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  if (!set.length) return "";
  return "?" + new URLSearchParams(set.map(([key, value]) => [key, String(value)])).toString();
}
