/** What `npm run bench` promises: every figure with a target, and whether a measured value keeps it. */

export interface BenchLine {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: string;
  /** Of the peer in the same run; of a ratio: what was divided by, in milliseconds. */
  readonly peerValue?: number;
}

export type Report = (line: BenchLine) => void;

export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** Figures that are not named here are printed without a verdict: they explain the others. */
export const targets: Readonly<Record<string, Target>> = {
  deploy_vs_service_update: { atMost: 0.35 },
  deploy_vs_tuned_update: { atMost: 1.5 },
  rollback_warm_vs_service_rollback: { atMost: 0.05 },
  rollback_kept_vs_service_rollback: { atMost: 0.4 },
  swap_ack_p95_ms: { atMost: 60 },
  swap_load_per_second: { atLeast: 1_900 },
  swap_requests: { atLeast: 100_000 },
  swap_failed_requests: { atMost: 0 },
  tls_requests_failed: { atMost: 0 },
  edge_overhead_p50_ms: { atMost: 1 },
  mesh_overhead_p50_ms: { atMost: 1 },
  one_of_8_services_changed_vs_all: { atMost: 0.45 },
  nothing_changed_ms: { atMost: 400 },
  setup_noop_vs_stack_deploy: { atMost: 0.5 },
  context_vs_git_archive: { atMost: 2 },
  unchanged_decision_ms: { atMost: 50 },
  agent_start_ms: { atMost: 400 },
  agent_events_per_s: { atLeast: 5_000 },
  agent_rss_mb: { atMost: 130 },
  toggle_to_sdk_ms: { atMost: 150 },
  ofrep_vs_hello_post: { atMost: 1.3 },
  control_rss_mb: { atMost: 250 },
  vsix_mb: { atMost: 3 },
  activation_ms: { atMost: 50 },
  first_tree_ms: { atMost: 300 },
  tree_refresh_240_slots_ms: { atMost: 100 },
  tree_one_event_rows: { atMost: 2 },
  click_to_rollback_ms: { atMost: 250 },
  click_to_flag_ms: { atMost: 500 },
  click_failed_requests: { atMost: 0 },
  reference_index_first_ms: { atMost: 3_000 },
  reference_index_update_ms: { atMost: 20 },
};

/** `undefined`: there is no target for it. What could not be measured keeps none. */
export function holds({ name, value }: BenchLine): boolean | undefined {
  const target = targets[name];
  if (target === undefined) return undefined;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds. */
export async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
