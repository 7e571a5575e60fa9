// What is asked of the server, kept while it is shown, and asked anew when told.
import { useCallback, useEffect, useState } from "preact/hooks";
import { get, Page, Problem } from "./api";

export interface Asked<T> {
  data?: T;
  problem?: Problem;
  loading: boolean;
  again: () => void;
}

export function useGet<T>(path: string | null): Asked<T> {
  const [state, set] = useState<{ path: string | null; data?: T; problem?: Problem; loading: boolean }>({ path, loading: true });
  const [round, next] = useState(0);
  useEffect(() => {
    if (path === null) return;
    let alive = true;
    set((old) => ({ path, data: old.path === path ? old.data : undefined, loading: true }));
    get<T>(path).then(
      (data) => alive && set({ path, data, loading: false }),
      (problem) => alive && set({ path, problem, loading: false }),
    );
    return () => {
      alive = false;
    };
  }, [path, round]);
  const again = useCallback(() => next((n) => n + 1), []);
  return { ...state, again };
}

/** A list that grows page by page. */
export function useList<T>(path: string): Asked<T[]> & { more?: () => void } {
  const [rows, set] = useState<T[]>();
  const [next, follow] = useState<string | null>(null);
  const [problem, fail] = useState<Problem>();
  const [loading, load] = useState(true);
  const [round, again] = useState(0);
  const ask = (cursor: string | null, before: T[]) => {
    load(true);
    get<Page<T>>(path + (cursor ? (path.includes("?") ? "&" : "?") + "cursor=" + cursor : "")).then(
      (page) => {
        set([...before, ...page.data]);
        follow(page.page.next);
        fail(undefined);
        load(false);
      },
      (refused) => {
        fail(refused);
        load(false);
      },
    );
  };
  useEffect(() => ask(null, []), [path, round]);
  return {
    data: rows,
    problem,
    loading,
    again: () => again((n) => n + 1),
    more: next ? () => ask(next, rows ?? []) : undefined,
  };
}

/** Calls back when the live feed tells of one of the topics, at most once a second. */
export function useFeed(topics: string, told: (event: { topic: string; data: unknown }) => void): void {
  useEffect(() => {
    const source = new EventSource("/api/v1/stream?topics=" + topics);
    for (const topic of topics.split(","))
      source.addEventListener(topic, (event) => told({ topic, data: JSON.parse((event as MessageEvent).data) }));
    return () => source.close();
  }, [topics]);
}
