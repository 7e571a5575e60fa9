// A change that somebody asked for: what came of it, and what the server refused.
import { useState } from "preact/hooks";
import { Problem } from "./api";

export interface Act {
  problem?: Problem;
  told: string;
  /** Runs it; says what was done when it was. */
  run: (what: () => Promise<unknown>, done?: string) => Promise<boolean>;
}

export function useAct(): Act {
  const [problem, fail] = useState<Problem>();
  const [told, tell] = useState("");
  const run = async (what: () => Promise<unknown>, done = "") => {
    try {
      await what();
      fail(undefined);
      tell(done);
      return true;
    } catch (refused) {
      fail(refused as Problem);
      tell("");
      return false;
    }
  };
  return { problem, told, run };
}
